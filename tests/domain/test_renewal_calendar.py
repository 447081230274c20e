"""The days of a turn, checked by eye on a calendar, and what holds for every year, leap years too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.period import Term
from sonae.domain.product.turn import TurnRules
from sonae.domain.renewal_calendar import may_offer, notice_due, start_if_confirmed, turn_of
from tests.domain.versions import day, product

PRODUCT = product()
expiries = st.integers(2020, 2120).map(lambda year: date(year, 12, 1))


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2029])
def test_a_turn_has_these_days(year: int) -> None:
    """From September to the turn of the year no day is a leap day, so 2027-12-01…2028-12-01 turns like the others."""
    dates = turn_of(PRODUCT, date(year, 12, 1))
    assert [(step.on.isoformat()[5:], step.kind) for step in dates.steps] == [
        ("09-17", "rehearsal"),
        ("10-02", "offers"),
        ("11-01", "reminder"),
        ("11-13", "reminder"),
        ("11-19", "reminder"),
        ("11-20", "deadline"),
        ("11-24", "warning"),
        ("12-01", "expiry"),
        ("12-02", "notice"),
        ("12-21", "notice"),
        ("12-31", "late_end"),
    ]
    assert {step.on.year for step in dates.steps} == {year}


def test_a_leap_day_within_a_turn_is_a_day_like_another() -> None:
    march = replace(PRODUCT, calendar=replace(PRODUCT.calendar, term_start_month=3))
    assert turn_of(march, day("2028-03-01")).warnings_on == (day("2028-02-23"),)
    assert turn_of(march, day("2027-03-01")).warnings_on == (day("2027-02-22"),)
    assert turn_of(march, day("2028-03-01")).deadline_on == day("2028-02-20")


@given(expiries)
def test_every_turn_keeps_its_order_and_the_next_one_comes_after_it(expiry_on: date) -> None:
    dates = turn_of(PRODUCT, expiry_on)
    days = [step.on for step in dates.steps]
    assert days == sorted(days)
    assert dates.rehearsal_on < dates.offers_on < min(dates.reminders_on)
    assert max(dates.reminders_on) <= dates.deadline_on < min(dates.warnings_on) < dates.expiry_on
    assert dates.expiry_on < min(dates.notices_on) <= max(dates.notices_on) <= dates.late_until
    assert dates.late_until < turn_of(PRODUCT, expiry_on.replace(year=expiry_on.year + 1)).rehearsal_on


@pytest.mark.parametrize(
    ("confirmed", "start"),
    [
        ("2027-10-01", None),  # the offers are not out yet
        ("2027-10-02", "2027-12-01"),
        ("2027-11-20", "2027-12-01"),  # the deadline itself
        ("2027-11-21", "2028-01-01"),
        ("2027-12-20", "2028-01-01"),
        ("2027-12-21", "2028-02-01"),
        ("2027-12-31", "2028-02-01"),
        ("2028-01-01", None),  # the late window is over
    ],
)
def test_who_confirms_late_starts_later(confirmed: str, start: str | None) -> None:
    dates, year = turn_of(PRODUCT, day("2027-12-01")), Term(day("2027-12-01"), day("2028-12-01"))
    found = start_if_confirmed(PRODUCT, dates, year, day(confirmed))
    assert (found and found.isoformat()) == start


def test_a_product_may_let_late_ones_start_at_the_expiry_while_that_lies_ahead() -> None:
    kind = replace(PRODUCT, turn=replace(PRODUCT.turn, late_start="expiry"))
    dates, year = turn_of(kind, day("2027-12-01")), Term(day("2027-12-01"), day("2028-12-01"))
    starts = [start_if_confirmed(kind, dates, year, day(one)) for one in ("2027-11-21", "2027-11-30", "2027-12-01")]
    assert starts == [day("2027-12-01"), day("2027-12-01"), day("2028-01-01")]


@given(expiries, st.integers(-120, 120))
def test_a_start_is_one_that_an_application_of_that_day_could_have_or_the_expiry(expiry_on: date, away: int) -> None:
    dates, today = turn_of(PRODUCT, expiry_on), expiry_on + timedelta(days=away)
    start = start_if_confirmed(PRODUCT, dates, Term(expiry_on, expiry_on.replace(year=expiry_on.year + 1)), today)
    assert (start is not None) == may_offer(dates, today)
    if start is not None:
        assert start >= max(expiry_on, today)
        assert start.day == 1


@pytest.mark.parametrize(
    ("today", "due"),
    [
        ("2027-10-31", None),
        ("2027-11-01", ("reminder", "2027-11-01")),
        ("2027-11-18", ("reminder", "2027-11-13")),  # the first was never sent: it is not sent any more
        ("2027-11-20", ("reminder", "2027-11-19")),
        ("2027-11-21", None),  # too late to be reminded, too early to be warned
        ("2027-11-24", ("warning", "2027-11-24")),
        ("2027-11-30", ("warning", "2027-11-24")),
        ("2027-12-01", None),
        ("2027-12-02", ("notice", "2027-12-02")),
        ("2027-12-31", ("notice", "2027-12-21")),
        ("2028-01-01", None),
    ],
)
def test_only_the_latest_of_what_should_have_been_said_is_due(today: str, due: tuple[str, str] | None) -> None:
    found = notice_due(turn_of(PRODUCT, day("2027-12-01")), day(today))
    assert (found and (found.kind, found.planned_on.isoformat())) == due


@given(expiries, st.lists(st.integers(-40, 40), min_size=1, max_size=40))
def test_a_clock_that_jumps_about_asks_for_no_other_notices_than_one_that_runs(
    expiry_on: date, jumps: list[int]
) -> None:
    dates = turn_of(PRODUCT, expiry_on)
    planned = {*dates.reminders_on, *dates.warnings_on, *dates.notices_on}
    asked = [notice_due(dates, expiry_on + timedelta(days=away)) for away in jumps]
    assert {one.planned_on for one in asked if one} <= planned


def test_a_version_from_before_has_the_usual_days() -> None:
    rules = TurnRules()
    written = PRODUCT.turn
    assert replace(rules, left=written.left, not_rated=written.not_rated) == written
