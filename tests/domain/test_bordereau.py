"""Lines of the insurer's list: examples by hand, and what holds for every log, closed in any rhythm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.bordereau import Digest, Line, Listed, canonical, line_from, line_of, month_end, remittance_due
from sonae.domain.bordereau_cells import Sheet
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.log import Act
from sonae.domain.certificate.premium import schedule_premium
from sonae.domain.money import round_half_up
from sonae.domain.period import Term
from sonae.domain.product.bordereau import BordereauRules
from sonae.domain.product.parse import parse_product
from tests.domain.certificates import YEAR, cancellation, change, new, starts, undoing
from tests.domain.test_earning import rated_logs
from tests.domain.versions import BEFORE, day, files_of, product

DECEMBER, MARCH = date(2026, 12, 1), date(2027, 3, 1)
RATES = BordereauRules(commission_percent={"free": 0, "P100": 20, "P300": 15, "P500": 10})


def listed(term: Term = YEAR, section: str = "paid", **other: object) -> Listed:
    sold = replace(product(), bordereau=RATES)
    return replace(Listed("C2026-000001-0", "10000017", section, term, YEAR.start_on, False, sold), **other)  # type: ignore[arg-type]


def lines_of(acts: tuple[Act, ...], term: Term = YEAR, month: date = DECEMBER) -> list[Line]:
    lines, before = [], 0
    for count in range(1, len(acts) + 1):
        total = schedule_premium(product(), acts[:count], term).total
        lines.append(line_of(listed(term), acts[:count], premium=total - before, total_premium=total, month=month))
        before = total
    return lines


def test_the_first_line_of_a_certificate() -> None:
    line = lines_of((new(),))[0]
    assert (line.transaction, line.premium_kind, line.plan, line.insured_name) == (
        "new",
        "original",
        "P100",
        "株式会社みほん",
    )
    assert (line.premium, line.commission, line.net_premium) == (64_940, 12_988, 51_952)
    assert (line.liability_limit, line.cost_limit, line.annual_sales) == (100_000_000, 10_000_000, 5_000_000)
    assert (line.original_month, line.recorded_month) == (None, date(2026, 11, 1))


def test_a_dearer_plan_pays_its_own_commission_for_its_own_months() -> None:
    # 95,140 in all: 16,235 of 95,135 parts at 20 %, 78,900 at 15 % → 3,247.17 + 11,835.62 = 15,082.79; less 12,988
    line = lines_of((new(), change(2, MARCH, {"plan": "P300"})))[1]
    assert (line.premium, line.commission, line.premium_kind) == (30_200, 2_095, "additional")


def test_what_is_undone_leaves_neither_premium_nor_commission() -> None:
    dearer = change(2, MARCH, {"plan": "P300"})
    ended = cancellation(3, YEAR.start_on)
    lines = lines_of((new(), dearer, ended))
    assert lines[-1].premium_kind == "return"
    assert (sum(line.premium for line in lines), sum(line.commission for line in lines)) == (0, 0)
    back = lines_of((new(), dearer, ended, undoing(4, ended)))
    assert sum(line.commission for line in back) == sum(line.commission for line in lines[:2])


def test_an_act_for_an_earlier_month_adjusts_it_by_name() -> None:
    late = replace(
        change(2, day("2027-03-01"), {"plan": "P300"}), recorded_at=datetime(2027, 5, 1, 0, 30, tzinfo=JAPAN)
    )
    line = lines_of((new(), late), month=date(2027, 5, 1))[1]
    assert (line.original_month, line.recorded_month, line.recorded_on) == (MARCH, None, date(2027, 5, 1))
    line = lines_of((new(), late), month=date(2027, 6, 1))[1]
    assert (line.original_month, line.recorded_month) == (MARCH, date(2027, 5, 1))


def test_a_free_certificate_has_a_line_without_premium() -> None:
    act = Act(1, new().kind, YEAR.start_on, new().recorded_at, {"member_class": "basic", "insured.name": "例示会計"})
    line = line_of(listed(section="free"), (act,), premium=0, total_premium=0, month=DECEMBER)
    assert (line.premium, line.commission, line.plan, line.liability_limit) == (0, 0, "", 500_000)
    assert (line.member_class, line.annual_sales, line.cost_limit) == ("basic", None, 0)


@given(rated_logs)
def test_lines_add_up_to_what_is_posted_and_to_the_commission_of_the_whole(log: tuple[Term, tuple[Act, ...]]) -> None:
    term, acts = log
    lines = lines_of(acts, term)
    total = schedule_premium(product(), acts, term).total
    assert sum(line.premium for line in lines) == total == lines[-1].total_premium
    commission = sum(line.commission for line in lines)
    assert round_half_up(Fraction(total * 10, 100)) <= commission <= round_half_up(Fraction(total * 20, 100))


@given(rated_logs)
def test_a_line_is_kept_whole(log: tuple[Term, tuple[Act, ...]]) -> None:
    term, acts = log
    for line in lines_of(acts, term):
        assert line_from(canonical(line)) == line


@given(rated_logs, st.integers(1, 8))
def test_what_is_recorded_later_changes_no_line(log: tuple[Term, tuple[Act, ...]], count: int) -> None:
    term, acts = log
    assert lines_of(acts[:count], term) == lines_of(acts, term)[:count]


def test_a_digest_takes_in_every_line_and_their_order() -> None:
    lines = [canonical(line) for line in lines_of((new(), change(2, MARCH, {"plan": "P300"})))]

    def hex_of(month: date, *some: str) -> str:
        digest = Digest(month)
        digest.add(some)
        return digest.hex

    seen = {
        hex_of(DECEMBER, *lines),
        hex_of(DECEMBER, *reversed(lines)),
        hex_of(DECEMBER, lines[0]),
        hex_of(MARCH, *lines),
    }
    assert len(seen) == 4
    assert hex_of(DECEMBER, *lines) == hex_of(DECEMBER, *lines)


@pytest.mark.parametrize(
    ("month", "over_at", "due"),
    [
        ("2026-11-01", "2026-12-01T00:00:00+09:00", "2026-12-31"),
        ("2027-01-01", "2027-02-01T00:00:00+09:00", "2027-02-28"),
    ],
)
def test_when_a_month_is_over_and_its_premium_due(month: str, over_at: str, due: str) -> None:
    assert month_end(day(month)).isoformat() == over_at
    assert remittance_due(product(), day(month)) == day(due)


def test_cells_are_in_the_language_of_the_file_and_numbers_stay_numbers() -> None:
    rules = product().bordereau
    line = lines_of((new(),))[0]
    own, lloyds = (rules.profile(code) for code in ("premium", "lloyds-5-2"))
    assert own
    assert lloyds
    japanese = dict(zip(*_sheet(own, "ja", line), strict=True))
    assert (japanese["異動区分"], japanese["プラン"], japanese["保険料（円）"]) == ("新規", "1億円プラン", 64_940)
    assert (japanese["計上月"], japanese["保険始期"], japanese["記録した月"]) == (
        "2026-12",
        date(2026, 12, 1),
        "2026-11",
    )
    english = dict(zip(*_sheet(lloyds, "ja", line), strict=True))  # its readers have one language
    assert english["CR0022 Risk Transaction Type"] == "New Business"
    assert english["CR0056 Premium Transaction Type"] == "Original Premium"
    assert english["CR0002 Reporting Period End Date"] == date(2026, 12, 31)
    assert english["CR0065 Net Premium to London (Original Currency)"] == 51_952


def _sheet(profile: object, language: str, line: Line) -> tuple[list[object], list[object]]:
    sheet = Sheet(product(), profile, DECEMBER, language)  # type: ignore[arg-type]
    return list(sheet.heading()), list(sheet.row(1, line))


def test_a_version_from_before_lists_were_written_down_has_a_plain_one() -> None:
    files = files_of(BEFORE)
    del files["bordereau.toml"]
    rules = parse_product(files).bordereau
    assert (rules, rules.percent_of("paid", "P100")) == (BordereauRules(), 0)


@given(starts)
def test_commission_of_one_plan_is_its_percentage_of_the_total(starts_on: date) -> None:
    term = Term(starts_on, YEAR.expiry_on)
    line = lines_of((new(starts_on),), term)[0]
    assert line.commission == round_half_up(Fraction(line.premium * 20, 100))
