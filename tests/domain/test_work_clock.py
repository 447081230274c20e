"""By when work is due, how long is left in words, and until when it rests: on a calendar that a person can look up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.calendar import JAPAN
from sonae.domain.product.definition import Contact
from sonae.domain.staff_rights import SEEING
from sonae.domain.text import Text
from sonae.domain.window import answer_due
from sonae.domain.work import RULES, WorkKind
from sonae.domain.work_clock import (
    closings,
    due_after,
    rest_until_day,
    rest_until_next_week,
    rest_until_tomorrow,
    time_left,
)

# Weekdays from nine to five. 23 November 2026 is a Monday and a holiday (勤労感謝の日).
WINDOW = Contact("0120-000-000", Text("", ""), opens_hour=9, closes_hour=17, weekdays=(1, 2, 3, 4, 5))
HOLIDAY = date(2026, 11, 23)
FIRST, LAST = date(2026, 11, 2), date(2026, 12, 31)
CLOSES = closings(WINDOW, first=FIRST, last=LAST, is_holiday=lambda day: day == HOLIDAY)


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=JAPAN)


def test_the_window_closes_on_its_working_days_alone() -> None:
    assert CLOSES[:2] == (at(2, 17), at(3, 17))
    assert at(20, 17) in CLOSES
    assert not {at(21, 17), at(22, 17), at(23, 17)} & set(CLOSES)
    assert CLOSES[-1] == at(31, 17, month=12)


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        (at(24, 10), 0, at(24, 17)),  # Tuesday morning: by its close
        (at(24, 10), 1, at(25, 17)),
        (at(24, 16, 59), 1, at(25, 17)),
        (at(24, 17), 1, at(26, 17)),  # at the close it is too late: seen on Wednesday
        (at(20, 18), 1, at(25, 17)),  # Friday evening: the weekend and the holiday don't count
        (at(21, 9), 0, at(24, 17)),
        (at(24, 10), 5, at(1, 17, month=12)),
    ],
)
def test_so_many_working_days_after_it_was_first_seen(since: datetime, days: int, due: datetime) -> None:
    assert due_after(CLOSES, since, days) == due


def test_beyond_the_days_that_are_known_there_is_no_answer() -> None:
    assert due_after(CLOSES, at(31, 16, month=12), 0) == at(31, 17, month=12)
    assert due_after(CLOSES, at(31, 16, month=12), 1) is None


def test_a_window_that_never_opens_has_no_closings() -> None:
    never = Contact("0", Text("", ""), 9, 17, weekdays=())
    assert closings(never, first=FIRST, last=LAST, is_holiday=lambda _: False) == ()


@given(
    minutes=st.integers(0, 45 * 24 * 60),
    days=st.integers(0, 5),
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    holidays=st.sets(st.dates(FIRST, LAST), max_size=20),
    hours=st.tuples(st.integers(0, 22), st.integers(1, 23)).filter(lambda pair: pair[0] < pair[1]),
)
def test_it_is_the_answer_that_is_promised_to_whoever_asks(
    minutes: int, days: int, weekdays: set[int], holidays: set[date], hours: tuple[int, int]
) -> None:
    window = Contact("0", Text("", ""), *hours, weekdays=tuple(sorted(weekdays)), answer_working_days=days)
    known = closings(window, first=FIRST, last=LAST + timedelta(days=400), is_holiday=holidays.__contains__)
    since = datetime(2026, 11, 2, tzinfo=JAPAN) + timedelta(minutes=minutes)
    assert due_after(known, since, days) == answer_due(window, since, holidays.__contains__)


@pytest.mark.parametrize(
    ("due", "ja", "en", "urgency"),
    [
        (at(24, 10, 18), "あと18分", "18 min left", "urgent"),
        (at(24, 11), "あと1時間", "1 h left", "urgent"),
        (at(24, 15, 36), "あと5時間36分", "5 h 36 min left", "today"),
        (at(25, 17), "明日", "tomorrow", "tomorrow"),
        (at(26, 17), "2営業日", "2 working days", "later"),
        (at(30, 17), "4営業日", "4 working days", "later"),  # 25, 26, 27 and 30
        (at(24, 9, 59), "1分超過", "1 min overdue", "overdue"),
        (at(24, 7, 30), "2時間30分超過", "2 h 30 min overdue", "overdue"),
        (at(20, 10), "4日超過", "4 days overdue", "overdue"),
        (at(29, 12), "3営業日", "3 working days", "later"),  # a Sunday: the working days until then
    ],
)
def test_what_is_left_as_a_person_reads_it(due: datetime, ja: str, en: str, urgency: str) -> None:
    left = time_left(due, at(24, 10), CLOSES)
    assert (left.words, left.urgency) == (Text(ja, en), urgency)


def test_over_a_weekend_without_a_working_day_plain_days_are_counted() -> None:
    assert time_left(at(22, 12), at(20, 18), CLOSES).words == Text("2日", "2 days")


def test_what_rests_comes_back_at_nine() -> None:
    tuesday = at(24, 23, 30)
    assert rest_until_tomorrow(tuesday) == at(25, 9)
    assert rest_until_next_week(tuesday) == at(30, 9)
    assert rest_until_next_week(at(30, 8)) == at(7, 9, month=12)  # on a Monday: the next one
    assert rest_until_day(date(2026, 12, 4), tuesday) == at(4, 9, month=12)


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 11, 1), date(2027, 1, 24)])
def test_nothing_rests_until_today_the_past_or_for_ever(day: date) -> None:
    assert rest_until_day(day, at(24, 10)) is None


def test_sixty_days_are_the_longest() -> None:
    assert rest_until_day(date(2027, 1, 23), at(24, 10)) is not None


def test_every_kind_has_its_rule_seen_by_a_right_that_sees_and_done_by_one_that_acts() -> None:
    assert set(RULES) == set(WorkKind)
    assert all(rule.to_see in SEEING and rule.to_act not in SEEING for rule in RULES.values())
