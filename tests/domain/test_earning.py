"""Earned premium by calendar month: examples for a pocket calculator, and what holds for every log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.certificate.log import Act, live
from sonae.domain.certificate.premium import schedule_premium
from sonae.domain.earning import (
    NOTHING,
    Movement,
    Standing,
    earned_by_month,
    month_of,
    spread_evenly,
    standing_at,
    until,
)
from sonae.domain.period import Term, add_months
from sonae.domain.product.transactions import TransactionRules
from sonae.domain.rating import NotRated
from tests.domain.certificates import EPOCH, YEAR, at, cancellation, change, logs, new, starts, undoing
from tests.domain.versions import day, product

SHORT = TransactionRules(
    refund_rule="short_rate", short_rates=(0, 25, 35, 45, 55, 65, 70, 75, 80, 85, 90, 95, 100), minimum_retained=1_000
)


def _can_be_rated(log: tuple[Term, tuple[Act, ...]]) -> bool:
    """No backdated change puts the first day outside the tariff: such a cover has no premium at all."""
    term, acts = log
    try:
        for count in range(1, len(acts) + 1):
            schedule_premium(product(), acts[:count], term)
    except NotRated:
        return False
    return True


rated_logs = logs(most=6).filter(_can_be_rated)


def earned(*acts: Act, term: Term = YEAR, rules: TransactionRules | None = None) -> list[tuple[str, int]]:
    sold = product() if rules is None else replace(product(), transactions=rules)
    return [(f"{month:%Y-%m}", yen) for month, yen in earned_by_month(schedule_premium(sold, acts, term)).items()]


def test_a_year_is_earned_in_twelve_parts_that_differ_by_a_yen_at_most() -> None:
    # 64,940 ÷ 12 = 5,411.67: 5,412, then 10,823 − 5,412 = 5,411, then 16,235 − 10,823 = 5,412, and so on
    months = earned(new())
    assert months[:4] == [("2026-12", 5_412), ("2027-01", 5_411), ("2027-02", 5_412), ("2027-03", 5_412)]
    assert [month for month, _ in months][-1] == "2027-11"
    assert sum(yen for _, yen in months) == 64_940


def test_a_leap_year_is_earned_in_the_same_twelve_parts() -> None:
    leap = Term(date(2027, 12, 1), date(2028, 12, 1))
    assert [yen for _, yen in earned(new(leap.start_on), term=leap)] == [yen for _, yen in earned(new())]
    # Cancelled on 29 February: December to February are earned, and 5 yen of rounding in the month of the cancellation.
    months = earned(new(leap.start_on), cancellation(2, day("2028-02-29")), term=leap)
    assert months == [("2027-12", 5_412), ("2028-01", 5_411), ("2028-02", 5_417)]


def test_a_dearer_plan_earns_more_from_its_month_on() -> None:
    # 64,940 × 3/12 + 105,200 × 9/12 = 95,135 → 95,140, each part × 95,140 ÷ 95,135
    months = dict(earned(new(), change(2, day("2027-03-01"), {"plan": "P300"})))
    assert [months["2026-12"], months["2027-02"], months["2027-03"]] == [5_412, 5_412, 8_767]
    assert sum(months.values()) == 95_140


def test_what_was_earned_before_a_cancellation_stays_and_the_rest_is_earned_in_its_month() -> None:
    # kept 16,240: three months are 16,235, the 5 yen of the rounding fall to March
    assert earned(new(), cancellation(2, day("2027-03-01"))) == [
        ("2026-12", 5_412), ("2027-01", 5_411), ("2027-02", 5_412), ("2027-03", 5),
    ]  # fmt: skip
    # on 2 March the whole of March is kept: 21,650 − 16,235
    assert earned(new(), cancellation(2, day("2027-03-02")))[-1] == ("2027-03", 5_415)


def test_a_short_rate_is_earned_when_the_cover_ends() -> None:
    # 45 % of 64,940 are kept after three months: 29,223 → 29,220; 16,235 of them were earned before
    assert earned(new(), cancellation(2, day("2027-03-01")), rules=SHORT)[-1] == ("2027-03", 12_985)


def test_a_cover_cancelled_on_its_first_day_earns_nothing() -> None:
    assert earned(new(), cancellation(2, YEAR.start_on)) == []


def test_the_books_of_a_month_take_in_what_was_recorded_late() -> None:
    late = replace(
        change(2, day("2027-03-01"), {"plan": "P300"}), recorded_at=datetime(2027, 4, 10, 9, tzinfo=EPOCH.tzinfo)
    )
    acts = (new(), late)

    def at_end_of(month: date) -> Standing:
        last = datetime(add_months(month, 1).year, add_months(month, 1).month, 1, tzinfo=EPOCH.tzinfo) - timedelta(
            seconds=1
        )
        return standing_at(product(), acts, YEAR, month, known=last)

    march, april = at_end_of(date(2027, 3, 1)), at_end_of(date(2027, 4, 1))
    assert march == Standing(written=64_940, earned=21_647)
    # as known in April: 95,140 × (16,235 + 2 × 8,766.67) ÷ 95,135 = 33,770.1
    assert april == Standing(written=95_140, earned=33_770)
    moved = Movement(march, april)
    assert (moved.written, moved.earned) == (30_200, 12_123)
    assert march.unearned + moved.written - moved.earned == april.unearned == 61_370


@given(rated_logs)
def test_the_months_add_up_to_the_premium(log: tuple[Term, tuple[Act, ...]]) -> None:
    term, acts = log
    schedule = schedule_premium(product(), acts, term)
    months = earned_by_month(schedule)
    assert sum(months.values()) == schedule.total
    assert all(yen > 0 for yen in months.values())
    assert all(month_of(term.start_on) <= month < term.expiry_on for month in months)


@given(rated_logs, st.sampled_from([SHORT, replace(SHORT, minimum_retained=50_000)]))
def test_the_months_add_up_under_a_short_rate_too(log: tuple[Term, tuple[Act, ...]], rules: TransactionRules) -> None:
    term, acts = log
    schedule = schedule_premium(replace(product(), transactions=rules), acts, term)
    assert sum(earned_by_month(schedule).values()) == schedule.total


@given(rated_logs)
def test_the_movements_of_all_months_are_the_premium(log: tuple[Term, tuple[Act, ...]]) -> None:
    """Whatever was known when: what each month wrote and earned adds up to what is true in the end."""
    term, acts = log
    before, written, earned_yen = NOTHING, 0, 0
    for place in range(14):
        month = add_months(date(2026, 11, 1), place)
        after = standing_at(product(), acts, term, month, known=at(place))
        moved = Movement(before, after)
        written, earned_yen, before = written + moved.written, earned_yen + moved.earned, after
    total = schedule_premium(product(), acts, term).total
    assert (written, earned_yen, before.unearned) == (total, total, 0)


@given(rated_logs)
def test_what_is_recorded_later_never_changes_the_end_of_a_month(log: tuple[Term, tuple[Act, ...]]) -> None:
    term, acts = log
    for count in range(1, len(acts) + 1):
        known = acts[count - 1].recorded_at
        args = (term, date(2027, 3, 1))
        assert standing_at(product(), acts, *args, known=known) == standing_at(
            product(), acts[:count], *args, known=known
        )


@given(starts, st.integers(0, 10**7))
def test_a_certificate_that_nothing_happened_to_needs_only_its_total(starts_on: date, yen: int) -> None:
    term = Term(starts_on, YEAR.expiry_on)
    months = spread_evenly(yen, term)
    assert sum(months.values()) == yen
    schedule = schedule_premium(product(), (new(starts_on),), term)
    assert spread_evenly(schedule.total, term) == earned_by_month(schedule)


def test_an_undone_cancellation_leaves_no_trace() -> None:
    ended = cancellation(2, day("2027-03-01"))
    assert earned(new(), ended, undoing(3, ended)) == earned(new())
    assert len(live((new(), ended, undoing(3, ended)))) == 1


@pytest.mark.parametrize(("month", "yen"), [("2026-11-01", 0), ("2026-12-01", 5_412), ("2027-12-01", 64_940)])
def test_earned_up_to_a_month(month: str, yen: int) -> None:
    assert until(earned_by_month(schedule_premium(product(), (new(),), YEAR)), day(month)) == yen
