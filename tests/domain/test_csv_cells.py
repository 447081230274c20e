"""Rows of CSV: what people typed runs nowhere, and comes back as it was."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.csv_cells import STARTS_A_FORMULA, in_code_page, neutral, text_of, write_rows
from tests.formulas import PAYLOADS

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_formula_becomes_text_and_is_found_again_as_it_was(payload: str) -> None:
    ((cell, number),) = read("".join(write_rows([[payload, -5]])))
    assert cell == "'" + payload
    assert text_of(cell) == payload
    assert number == "-5"


def test_numbers_dates_and_nothing_are_written_as_they_are() -> None:
    assert list(write_rows([[64_940, -1, 0, None, date(2026, 12, 1), "青木工務店"]])) == [
        '64940,-1,0,"","2026-12-01","青木工務店"\r\n'
    ]


@pytest.mark.parametrize("plain", ["青木工務店", "a=b", "1-2", "03-1234-0017", "", " ", "C2026-000123-4"])
def test_a_text_that_is_no_formula_stays_as_it_is(plain: str) -> None:
    assert neutral(plain) == plain


def test_a_nul_is_left_out() -> None:
    assert neutral("\0=1") == "'=1"


@given(st.lists(st.lists(texts, min_size=1, max_size=4), max_size=5))
def test_every_text_comes_back_as_it_was(rows: list[list[str]]) -> None:
    assert [[text_of(cell) for cell in row] for row in read("".join(write_rows(rows)))] == rows


@given(texts)
def test_no_cell_begins_with_what_starts_a_formula(text: str) -> None:
    assert neutral(text).lstrip(" \u3000\u00a0\ufeff")[:1] not in STARTS_A_FORMULA


def test_what_a_code_page_does_not_know_is_marked() -> None:
    assert in_code_page("髙﨑①🙂です", "cp932").decode("cp932") == "髙﨑①〓です"
    assert in_code_page("青木🙂", "utf-8").decode() == "青木🙂"
