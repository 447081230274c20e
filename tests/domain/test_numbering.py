"""Numbers that people read out: their check digit catches the slips people make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.numbering import (
    NumberInvalid,
    ReadNumber,
    application_number,
    certificate_number,
    check_digit,
    consultation_number,
    quote_number,
    read_number,
)

years, sequences = st.integers(1000, 9999), st.integers(1, 10**9)


@given(years, sequences)
def test_a_written_number_is_read_again(year: int, sequence: int) -> None:
    assert read_number(certificate_number(year, sequence)) == ReadNumber("certificate", year, sequence)
    assert read_number(application_number(year, sequence)) == ReadNumber("application", year, sequence)
    assert read_number(quote_number(year, sequence)) == ReadNumber("quote", year, sequence)
    assert read_number(consultation_number(year, sequence)) == ReadNumber("consultation", year, sequence)


@given(years, sequences, st.data())
def test_every_single_wrong_digit_is_caught(year: int, sequence: int, data: st.DataObject) -> None:
    number = certificate_number(year, sequence)
    place = data.draw(st.sampled_from([i for i, sign in enumerate(number) if sign.isdigit()]))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    with pytest.raises(NumberInvalid):
        read_number(number[:place] + wrong + number[place + 1 :])


@given(st.text("0123456789", min_size=2, max_size=12), st.data())
def test_every_swap_of_neighbours_is_caught(digits: str, data: st.DataObject) -> None:
    whole = digits + str(check_digit(digits))
    place = data.draw(st.integers(0, len(whole) - 2))
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert (check_digit(swapped) == 0) == (swapped == whole)


def test_numbers_look_like_this() -> None:
    assert certificate_number(2026, 123) == f"C2026-000123-{check_digit('2026000123')}"
    assert read_number("ｃ２０２６ー０００１２３ー" + str(check_digit("2026000123"))).sequence == 123


@pytest.mark.parametrize("given_text", ["", "C2026", "X2026-000123-4", "C2026-00012-3", "C20²6-000123-4"])
def test_what_is_no_number_is_refused(given_text: str) -> None:
    with pytest.raises(NumberInvalid):
        read_number(given_text)


@pytest.mark.parametrize(("year", "sequence"), [(999, 1), (10_000, 1), (2026, 0), (2026, -1)])
def test_years_and_sequences_out_of_range_are_refused(year: int, sequence: int) -> None:
    with pytest.raises(ValueError, match="four digits"):
        certificate_number(year, sequence)
