"""When cover starts and ends (F16), across leap years and the turn of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.calendar import (
    Term,
    application_deadline,
    cover_starts_at,
    is_start_day,
    japan_date,
    months_between,
    next_opening,
    next_start,
    possible_starts,
    quote_valid_until,
    scheme_term,
)
from sonae.domain.period import add_months
from tests.domain.versions import day, product

CALENDAR = product().calendar
days = st.dates(date(2020, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("applied", "starts"),
    [
        ("2026-11-20", "2026-12-01"),
        ("2026-11-21", "2027-01-01"),
        ("2026-11-24", "2027-01-01"),
        ("2026-12-20", "2027-01-01"),
        ("2026-12-21", "2027-02-01"),
        ("2027-01-31", "2027-03-01"),
        ("2028-02-20", "2028-03-01"),
        ("2028-02-29", "2028-04-01"),
    ],
)
def test_application_by_the_20th_starts_next_month(applied: str, starts: str) -> None:
    assert next_start(CALENDAR, day(applied)) == day(starts)


@pytest.mark.parametrize(
    ("on", "start", "expiry"),
    [
        ("2026-11-30", "2025-12-01", "2026-12-01"),
        ("2026-12-01", "2026-12-01", "2027-12-01"),
        ("2027-01-01", "2026-12-01", "2027-12-01"),
        ("2028-02-29", "2027-12-01", "2028-12-01"),
    ],
)
def test_every_cover_expires_in_december(on: str, start: str, expiry: str) -> None:
    assert scheme_term(CALENDAR, day(on)) == Term(day(start), day(expiry))


def test_a_leap_year_has_twelve_months_like_any_other() -> None:
    term = scheme_term(CALENDAR, day("2028-02-29"))
    assert (term.expiry_on - term.start_on).days == 366
    assert term.months == 12
    assert months_between(day("2028-02-01"), day("2028-03-01")) == 1


@given(days)
def test_deadline_is_the_last_day_that_still_has_that_start(today: date) -> None:
    start = next_start(CALENDAR, today)
    deadline = application_deadline(CALENDAR, start)
    assert today <= deadline < start
    assert next_start(CALENDAR, deadline) == start
    assert next_start(CALENDAR, deadline + timedelta(days=1)) == add_months(start, 1)
    assert is_start_day(CALENDAR, start)


@given(days)
def test_scheme_years_tile(today: date) -> None:
    term = scheme_term(CALENDAR, today)
    assert today in term
    assert scheme_term(CALENDAR, term.expiry_on).start_on == term.expiry_on
    assert scheme_term(CALENDAR, term.start_on - timedelta(days=1)).expiry_on == term.start_on
    assert not term.overlaps(scheme_term(CALENDAR, term.expiry_on))


@given(days)
def test_months_of_a_scheme_year_tile(today: date) -> None:
    term = scheme_term(CALENDAR, today)
    starts = possible_starts(CALENDAR, term)
    assert (len(starts), starts[0]) == (12, term.start_on)
    for start in starts:
        assert months_between(term.start_on, start) + months_between(start, term.expiry_on) == 12
    assert all(
        months_between(one, other) == 1 for one, other in zip(starts, [*starts[1:], term.expiry_on], strict=True)
    )


@given(days, st.integers(-200, 200))
def test_adding_months_is_undone_by_counting_them(start: date, months: int) -> None:
    later = add_months(start.replace(day=1), months)
    first, last = sorted((start.replace(day=1), later))
    assert months_between(first, last) == abs(months)


def test_a_begun_month_does_not_count() -> None:
    assert months_between(day("2027-01-31"), day("2027-02-28")) == 0
    assert months_between(day("2027-01-15"), day("2027-03-14")) == 1
    assert add_months(day("2027-01-31"), 1) == day("2027-02-28")
    with pytest.raises(ValueError, match="before"):
        months_between(day("2027-02-01"), day("2027-01-01"))


def test_a_term_is_half_open_and_never_empty() -> None:
    term = Term(day("2026-12-01"), day("2027-12-01"))
    assert day("2026-12-01") in term
    assert day("2027-12-01") not in term
    with pytest.raises(ValueError, match="after it begins"):
        Term(day("2026-12-01"), day("2026-12-01"))


def test_cover_begins_at_four_in_the_afternoon_in_japan() -> None:
    assert cover_starts_at(CALENDAR, day("2026-12-01")).astimezone(UTC) == datetime(2026, 12, 1, 7, tzinfo=UTC)


def test_japans_date_turns_nine_hours_before_the_world_clock() -> None:
    assert japan_date(datetime(2026, 12, 31, 14, 59, tzinfo=UTC)) == day("2026-12-31")
    assert japan_date(datetime(2026, 12, 31, 15, 0, tzinfo=UTC)) == day("2027-01-01")
    with pytest.raises(ValueError, match="time zone"):
        japan_date(datetime(2026, 12, 31))  # noqa: DTZ001 - a moment without a zone is what is refused


def test_a_quote_holds_thirty_days() -> None:
    assert quote_valid_until(CALENDAR, day("2026-11-24")) == day("2026-12-24")


@pytest.mark.parametrize(
    ("today", "opens_on", "start_on"),
    [
        (date(2026, 10, 20), date(2026, 10, 21), date(2026, 12, 1)),  # tomorrow
        (date(2026, 10, 21), date(2027, 10, 21), date(2027, 12, 1)),  # this one has begun
        (date(2026, 11, 30), date(2027, 10, 21), date(2027, 12, 1)),
        (date(2026, 12, 1), date(2027, 10, 21), date(2027, 12, 1)),
    ],
)
def test_a_scheme_year_opens_when_the_one_before_takes_no_more(today: date, opens_on: date, start_on: date) -> None:
    opening = next_opening(CALENDAR, today)
    assert (opening.opens_on, opening.term.start_on) == (opens_on, start_on)
    assert next_start(CALENDAR, opens_on) == start_on
    assert next_start(CALENDAR, opens_on - timedelta(days=1)) < start_on
