"""Whole yen: rounding, writing and reading them."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.figures import LARGEST_FIGURE, FigureInvalid, read_yen
from sonae.domain.money import format_yen, round_half_up, round_up, yen_in_words
from sonae.domain.proration import monthly_equivalent, term_premium

FULL_WIDTH = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
any_yen = st.integers(0, LARGEST_FIGURE - 1)


@pytest.mark.parametrize(
    ("value", "unit", "rounded"),
    [
        (Fraction("72083.4"), 10, 72_080),
        (Fraction("72085"), 10, 72_090),
        (Fraction("72084.999"), 10, 72_080),
        (Fraction(1, 2), 1, 1),
        (Fraction(-1, 2), 1, 0),
        (Fraction(-3, 2), 1, -1),
        (Fraction("28607.5"), 10, 28_610),
    ],
)
def test_half_goes_up(value: Fraction, unit: int, rounded: int) -> None:
    assert round_half_up(value, unit) == rounded


@given(st.fractions(), st.integers(1, 10_000))
def test_rounding_is_the_nearest_multiple_and_never_half_below(value: Fraction, unit: int) -> None:
    rounded = round_half_up(value, unit)
    assert rounded % unit == 0
    assert -Fraction(unit, 2) < rounded - value <= Fraction(unit, 2)
    assert 0 <= round_up(value, unit) - value < unit


@pytest.mark.parametrize("unit", [0, -10])
def test_a_rounding_unit_is_positive(unit: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        round_half_up(1, unit)
    with pytest.raises(ValueError, match="positive"):
        round_up(1, unit)


@pytest.mark.parametrize(
    ("yen", "ja", "en"),
    [
        (0, "0円", "¥0"),
        (500_000, "50万円", "¥500,000"),
        (10_000_000, "1,000万円", "10 million yen"),
        (48_000_000, "4,800万円", "48 million yen"),
        (100_000_000, "1億円", "100 million yen"),
        (120_000_000, "1億2,000万円", "120 million yen"),
        (10_000_000_000_000, "10兆円", "10 trillion yen"),
        (1_500_000, "150万円", "1.5 million yen"),
        (48_001_234, "4,800万1,234円", "¥48,001,234"),
        (-10_000_000, "−1,000万円", "−10 million yen"),
    ],
)
def test_limits_are_written_as_people_say_them(yen: int, ja: str, en: str) -> None:
    assert (yen_in_words(yen).ja, yen_in_words(yen).en) == (ja, en)


def test_exact_figures_are_written_with_commas() -> None:
    assert (format_yen(64_940), format_yen(64_940, "en"), format_yen(-1_000)) == ("64,940円", "¥64,940", "−1,000円")


@pytest.mark.parametrize(
    ("given_text", "unit", "yen"),
    [
        ("4,800", 10_000, 48_000_000),
        ("４，８００", 10_000, 48_000_000),
        ("4800万円", 10_000, 48_000_000),
        ("１，０００万", 1, 10_000_000),
        ("1億2千万円", 1, 120_000_000),
        ("１億", 10_000, 100_000_000),
        ("1.5億", 1, 150_000_000),
        ("5百万", 1, 5_000_000),
        ("1千万円", 1, 10_000_000),
        ("一億二千万円", 1, 120_000_000),
        ("4,800千円", 10_000, 4_800_000),
        ("3千", 10_000, 30_000_000),
        ("48,000,000円", 10_000, 48_000_000),
        ("￥５，０００，０００", 10_000, 5_000_000),
        (" 500 万 円 ", 1, 5_000_000),
        ("0", 10_000, 0),
        ("2兆3億", 1, 2_000_300_000_000),
        ("480.5", 10_000, 4_805_000),
    ],
)
def test_figures_are_read_as_people_type_them(given_text: str, unit: int, yen: int) -> None:
    assert read_yen(given_text, unit) == yen


@pytest.mark.parametrize(
    "given_text",
    [
        "", "　", "-5", "▲5", "abc", "12,34", "1,0000", "1..5", "万", "億万", "1万億", "1億20000万", "5億1億", "1万1万",
        "10.5円", "0.00001万円", "99999999999999999999", "1e5", "NaN", "∞", "½万", "円", "1千千", "5百千", "１２３abc" * 50,
    ],
)  # fmt: skip
def test_what_is_no_sum_of_money_is_refused_in_both_languages(given_text: str) -> None:
    with pytest.raises(FigureInvalid) as refused:
        read_yen(given_text, 1)
    assert refused.value.message.ja
    assert refused.value.message.en
    assert len(refused.value.message.ja) < 120


@given(any_yen)
def test_what_is_written_is_read_again(yen: int) -> None:
    written = [format_yen(yen), format_yen(yen, "en"), yen_in_words(yen).ja]
    for words in [*written, *(text.translate(FULL_WIDTH) for text in written)]:
        assert read_yen(words, 10_000) == yen
    assert read_yen(str(yen), 1) == yen


@given(st.text(alphabet="0123456789,.万億千百十円¥- 一二三０９，", max_size=14), st.sampled_from([1, 10_000]))
def test_any_text_is_a_figure_or_a_clear_refusal(text: str, unit: int) -> None:
    with suppress(FigureInvalid):
        assert 0 <= read_yen(text, unit) < LARGEST_FIGURE


@given(st.integers(0, 10**12), st.integers(1, 12), st.sampled_from([1, 10, 100]))
def test_a_part_of_the_year_costs_its_months(annual: int, months: int, unit: int) -> None:
    term = term_premium(annual, months, unit)
    if months == 12:
        assert term == annual
    else:
        assert term == round_half_up(Fraction(annual * months, 12), unit)
    assert 0 <= monthly_equivalent(annual) * 12 - annual < 12


@pytest.mark.parametrize("months", [0, 13, -1])
def test_a_term_has_one_to_twelve_months(months: int) -> None:
    with pytest.raises(ValueError, match="1 to 12"):
        term_premium(64_940, months, 10)
