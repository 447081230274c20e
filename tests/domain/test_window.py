"""When the telephone window is open (F02, F25): weekdays, hours, holidays, the closed days over New Year – in Japan's time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.product.definition import ClosedPeriod, Contact
from sonae.domain.text import Text
from sonae.domain.window import answer_due, day_words, hour_words, part_of_day, window_state
from sonae.integrations.holidays.japan import is_holiday
from tests.domain.versions import product

CONTACT = product().contact
BEGINNING = datetime(2024, 1, 1, tzinfo=JAPAN)
moments = st.integers(0, 16 * 365 * 24 * 3600).map(lambda seconds: BEGINNING + timedelta(seconds=seconds))


def at(written: str) -> datetime:
    """2026-11-27 16:59 on the wall in Japan."""
    return datetime.fromisoformat(written).replace(tzinfo=JAPAN)


def never(day: date) -> bool:
    return False


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    """Any window that opens at all."""
    opens = draw(st.integers(0, 23))
    day = st.dates(date(2000, 1, 1), date(2000, 12, 31))
    begin, end = draw(day), draw(day)
    closed = (ClosedPeriod(Text("休み", "closed"), begin.month, begin.day, end.month, end.day),)
    return replace(
        CONTACT,
        opens_hour=opens,
        closes_hour=draw(st.integers(opens + 1, 24)),
        weekdays=tuple(sorted(draw(st.sets(st.integers(1, 7), min_size=1)))),
        closed_on_holidays=draw(st.booleans()),
        closed_periods=draw(st.sampled_from([(), closed])),
        answer_working_days=draw(st.integers(0, 3)),
    )


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        ("2026-11-27 09:00", "2026-11-27 17:00"),  # Friday, the first second
        ("2026-11-27 16:59", "2026-11-27 17:00"),
        ("2026-12-28 16:59", "2026-12-28 17:00"),  # the last day of the year
        ("2027-01-04 09:00", "2027-01-04 17:00"),  # the first of the next
        ("2026-05-07 10:00", "2026-05-07 17:00"),  # after Golden Week
    ],
)
def test_it_is_open_until(moment: str, closes: str) -> None:
    state = window_state(CONTACT, at(moment), is_holiday)
    assert (state.is_open, state.closes_at, state.opens_at) == (True, at(closes), None)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-27 08:59", "2026-11-27 09:00"),  # the same day
        ("2026-11-27 17:00", "2026-11-30 09:00"),  # Friday evening to Monday
        ("2026-11-28 12:00", "2026-11-30 09:00"),
        ("2026-11-23 10:00", "2026-11-24 09:00"),  # 勤労感謝の日
        ("2026-04-28 17:00", "2026-04-30 09:00"),  # 昭和の日 is a Wednesday
        ("2026-05-01 17:00", "2026-05-07 09:00"),  # Golden Week; 6 May is the 振替休日 of 憲法記念日 on a Sunday
        ("2026-05-06 10:00", "2026-05-07 09:00"),
        ("2026-09-18 17:00", "2026-09-24 09:00"),  # 22 September lies between two holidays, so it is one
        ("2026-12-28 17:00", "2027-01-04 09:00"),
        ("2026-12-29 10:00", "2027-01-04 09:00"),
        ("2027-12-28 17:00", "2028-01-04 09:00"),
    ],
)
def test_it_is_closed_and_opens_next(moment: str, opens: str) -> None:
    state = window_state(CONTACT, at(moment), is_holiday)
    assert (state.is_open, state.closes_at, state.opens_at) == (False, None, at(opens))


def test_it_goes_by_japans_clock_wherever_the_moment_was_written() -> None:
    assert window_state(CONTACT, datetime(2026, 11, 27, 7, 59, tzinfo=UTC), is_holiday).is_open
    assert not window_state(CONTACT, datetime(2026, 11, 27, 8, 0, tzinfo=UTC), is_holiday).is_open
    with pytest.raises(ValueError, match="time zone"):
        window_state(CONTACT, datetime(2026, 11, 27, 10, 0), is_holiday)  # noqa: DTZ001 - what is refused


def test_without_its_holidays_it_would_open_on_them() -> None:
    assert window_state(CONTACT, at("2026-05-06 10:00"), never).is_open
    open_on_holidays = replace(CONTACT, closed_on_holidays=False)
    assert window_state(open_on_holidays, at("2026-05-06 10:00"), is_holiday).is_open
    without_new_year = replace(CONTACT, closed_periods=())
    assert window_state(without_new_year, at("2026-12-29 10:00"), is_holiday).is_open


def test_a_window_that_never_opens_says_no_day() -> None:
    closed = replace(CONTACT, weekdays=())
    state = window_state(closed, at("2026-11-27 10:00"), is_holiday)
    assert (state.is_open, state.opens_at) == (False, None)
    assert answer_due(closed, at("2026-11-27 10:00"), is_holiday) is None


@given(contacts(), moments)
def test_either_it_closes_or_it_opens_and_both_are_right(contact: Contact, moment: datetime) -> None:
    state = window_state(contact, moment, is_holiday)
    if state.closes_at is not None:
        assert moment < state.closes_at
        assert window_state(contact, state.closes_at, is_holiday).closes_at != state.closes_at
        assert window_state(contact, state.closes_at - timedelta(seconds=1), is_holiday).is_open
    elif state.opens_at is not None:
        assert moment < state.opens_at
        assert window_state(contact, state.opens_at, is_holiday).is_open
        assert not window_state(contact, state.opens_at - timedelta(seconds=1), is_holiday).is_open or (
            contact.closes_hour - contact.opens_hour == 24
        )


@given(contacts(), moments, st.floats(0, 1))
def test_between_now_and_the_next_opening_it_is_never_open(contact: Contact, moment: datetime, share: float) -> None:
    state = window_state(contact, moment, is_holiday)
    if state.opens_at is not None:
        between = moment + (state.opens_at - moment) * share
        assert window_state(contact, between, is_holiday).is_open == (between >= state.opens_at)


@given(contacts(), moments)
def test_it_is_open_on_its_days_alone(contact: Contact, moment: datetime) -> None:
    if window_state(contact, moment, is_holiday).is_open:
        day = japan_date(moment)
        assert day.isoweekday() in contact.weekdays
        assert not (contact.closed_on_holidays and is_holiday(day))
        assert not any(period.holds(day) for period in contact.closed_periods)
        assert contact.opens_hour <= moment.hour < contact.closes_hour


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-24 10:00", "2026-11-25 17:00"),
        ("2026-11-24 08:00", "2026-11-25 17:00"),  # seen the same morning
        ("2026-11-27 16:59", "2026-11-30 17:00"),
        ("2026-11-27 17:00", "2026-12-01 17:00"),  # seen on Monday
        ("2026-12-28 10:00", "2027-01-04 17:00"),
        ("2026-12-29 10:00", "2027-01-05 17:00"),
    ],
)
def test_an_answer_is_due_by_the_close_of_the_next_day_after_it_was_seen(received: str, due: str) -> None:
    assert answer_due(CONTACT, at(received), is_holiday) == at(due)


@given(contacts(), moments)
def test_an_answer_is_due_in_the_future_and_while_the_window_is_open(contact: Contact, moment: datetime) -> None:
    due = answer_due(contact, moment, is_holiday)
    if due is not None:
        assert due > moment
        assert window_state(contact, due - timedelta(seconds=1), is_holiday).is_open


def test_a_period_over_the_turn_of_the_year_holds_its_days_and_no_others() -> None:
    (new_year,) = CONTACT.closed_periods
    held = [day for n in range(366) if new_year.holds(day := date(2026, 6, 1) + timedelta(days=n))]
    assert (held[0], held[-1], len(held)) == (date(2026, 12, 29), date(2027, 1, 3), 6)


def test_days_and_hours_are_said_like_this() -> None:
    assert day_words(date(2026, 11, 27)) == Text("11月27日（金）", "Friday 27 November")
    assert [hour_words(hour).ja for hour in (0, 9, 12, 17)] == ["午前0時", "午前9時", "正午", "午後5時"]
    assert part_of_day(9, 12) == Text("午前9時から正午まで", "9:00–12:00")
