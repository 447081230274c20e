"""Files for accounting software, column by column; nothing that a spreadsheet would run, every yen once."""

from __future__ import annotations

import csv
import io
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.apps.billing.accounting_formats import Voucher, accounting_formats
from sonae.domain.csv_cells import STARTS_A_FORMULA
from sonae.domain.period import Term, add_months
from sonae.domain.premium_bookings import EXPENSE, OWED_TO_CARD, PREPAID, Booking, premium_bookings
from sonae.domain.prepaid_split import split_by_month, split_by_period
from sonae.integrations.yayoi.journal import COLUMNS, YayoiJournal
from tests.formulas import PAYLOADS

PAID_ON, TERM = date(2026, 11, 18), Term(date(2026, 12, 1), date(2027, 12, 1))


def voucher(premium: int = 64_940, closing_month: int = 3, number: str = "C2026-000123-4") -> Voucher:
    shares = split_by_period(split_by_month(premium, TERM), closing_month)
    return Voucher(number, "R2026-000045-6", premium_bookings(payments=[(PAID_ON, premium)], refunds=[], shares=shares))


def yayoi_rows(given: Voucher) -> list[list[str]]:
    return list(csv.reader(io.StringIO(YayoiJournal().write(given).decode("cp932"), newline="")))


def test_the_settings_name_a_journal_and_yayoi() -> None:
    assert list(accounting_formats()) == ["journal", "yayoi"]


def test_yayoi_gets_25_columns_a_line_and_no_heading() -> None:
    rows = yayoi_rows(voucher())
    assert len(COLUMNS) == 25
    assert [len(row) for row in rows] == [25, 25, 25]
    assert rows[1] == [
        "2000", "", "", "2027/03/31", "保険料", "", "", "対象外", "21647", "0", "前払費用", "", "", "対象外", "21647", "0",
        "サイバー保険料 26/12-27/03分 C2026-000123-4 R2026-000045-6", "", "", "0", "", "", "0", "0", "no",
    ]  # fmt: skip


def test_each_line_ends_in_cr_lf_and_numbers_stand_without_quotes() -> None:
    content = YayoiJournal().write(voucher())
    assert content.count(b"\r\n") == 3
    assert content.endswith(b"\r\n")
    assert b',64940,0,"' in content


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("code", ["journal", "yayoi"])
def test_a_formula_in_any_text_is_neutral(code: str, payload: str) -> None:
    planted = Voucher(payload, payload, (Booking(PAID_ON, payload, payload, 64_940, "payment"),))
    encoding = "cp932" if code == "yayoi" else "utf-8-sig"
    rows = list(csv.reader(io.StringIO(accounting_formats()[code].write(planted).decode(encoding), newline="")))
    assert [cell for row in rows for cell in row if cell.lstrip(" 　")[:1] in STARTS_A_FORMULA and cell.strip()] == []
    assert "64940" in rows[-1]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_no_text_is_longer_than_yayoi_reads_and_none_ends_in_half_a_character(text: str) -> None:
    (row,) = yayoi_rows(Voucher(text, "", (Booking(PAID_ON, text, "未払金", 1, "payment"),)))
    assert len(row[16].encode("cp932")) <= 64
    assert len(row[4].encode("cp932")) <= 24


terms = st.builds(
    lambda start, months: Term(start, add_months(start, months)),
    st.dates(date(2026, 1, 1), date(2030, 1, 1)).map(lambda day: day.replace(day=1)),
    st.integers(1, 12),
)


@given(st.integers(0, 10**7), st.integers(0, 10**7), terms, st.integers(1, 12), st.booleans())
def test_prepaid_comes_to_nought_and_the_expense_is_what_was_paid_less_what_was_given_back(
    kept: int, refund: int, term: Term, closing_month: int, by_month: bool
) -> None:
    months = split_by_month(kept, term)
    booked = premium_bookings(
        payments=[(PAID_ON, kept + refund)],
        refunds=[(PAID_ON, refund)],
        shares=months if by_month else split_by_period(months, closing_month),
    )

    def balance(account: str) -> int:
        return sum(line.yen * ((line.debit == account) - (line.credit == account)) for line in booked)

    assert (balance(PREPAID), balance(EXPENSE), balance(OWED_TO_CARD)) == (0, kept, -kept)
    assert all(a.on <= b.on for a, b in pairwise(booked))
    assert all(line.yen >= 0 for line in booked)
