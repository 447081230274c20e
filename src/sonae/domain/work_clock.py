"""By when something should be done, how long is left, and until when it may rest: by the working days of the contact window."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.product.definition import Contact
from sonae.domain.text import Text
from sonae.domain.window import IsHoliday, window_state

BEGINS = time(9)  # what rests comes back at nine in the morning
LONGEST_REST_DAYS = 60
SOON = timedelta(hours=1)


def closings(contact: Contact, *, first: date, last: date, is_holiday: IsHoliday) -> tuple[datetime, ...]:
    """When the window closes on each of its working days from the one day to the other."""
    found, moment = [], datetime.combine(first, time(), JAPAN)
    while moment.date() <= last:
        state = window_state(contact, moment, is_holiday)
        if state.closes_at is not None:
            found.append(state.closes_at)
            moment = state.closes_at
        elif state.opens_at is not None:
            moment = state.opens_at
        else:
            break
    return tuple(one for one in found if japan_date(one) <= last)


def due_after(closes: Sequence[datetime], since: datetime, working_days: int) -> datetime | None:
    """The close of the day that lies so many working days after the one on which somebody first could see it.

    The same as ``answer_due`` of ``domain/window.py`` within the days that ``closes`` holds; what is older than they are counts
    as if it had come on the first of them. None beyond the last.
    """
    place = bisect_right(closes, since) + working_days
    return closes[place] if place < len(closes) else None


class Urgency(StrEnum):
    """How a clock looks."""

    OVERDUE = "overdue"
    URGENT = "urgent"  # within the hour
    TODAY = "today"
    TOMORROW = "tomorrow"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """What a person reads: あと18分, and how pressing that is."""

    words: Text
    urgency: Urgency


def time_left(due_at: datetime, now: datetime, closes: Sequence[datetime]) -> TimeLeft:
    """To the minute today, 明日 tomorrow, in working days after that; how long ago where it is past."""
    if due_at < now:
        ago = _span(now - due_at)
        return TimeLeft(Text(f"{ago.ja}超過", f"{ago.en} overdue"), Urgency.OVERDUE)
    day, today = japan_date(due_at), japan_date(now)
    if day == today:
        left = _span(due_at - now)
        urgency = Urgency.URGENT if due_at - now <= SOON else Urgency.TODAY
        return TimeLeft(Text(f"あと{left.ja}", f"{left.en} left"), urgency)
    if day == today + timedelta(days=1):
        return TimeLeft(Text("明日", "tomorrow"), Urgency.TOMORROW)
    days = sum(today < japan_date(one) <= day for one in closes)
    if not days:  # nothing opens until then, or it lies beyond the days we know
        whole = (day - today).days
        return TimeLeft(Text(f"{whole}日", f"{whole} days"), Urgency.LATER)
    return TimeLeft(Text(f"{days}営業日", f"{days} working day{'s' if days > 1 else ''}"), Urgency.LATER)


def _span(span: timedelta) -> Text:
    """Whole minutes, hours and minutes, or days: rounded down, as a clock is read."""
    minutes = int(span.total_seconds() // 60)
    hours, days = minutes // 60, span.days
    if days:
        return Text(f"{days}日", f"{days} day{'s' if days > 1 else ''}")
    if hours:
        rest = minutes % 60
        return Text(f"{hours}時間{f'{rest}分' if rest else ''}", f"{hours} h{f' {rest} min' if rest else ''}")
    return Text(f"{minutes}分", f"{minutes} min")


def rest_until_tomorrow(now: datetime) -> datetime:
    """Nine in the morning of the next day in Japan."""
    return morning_of(japan_date(now) + timedelta(days=1))


def rest_until_next_week(now: datetime) -> datetime:
    """Nine in the morning of the next Monday in Japan; on a Monday, of the one in seven days."""
    today = japan_date(now)
    return morning_of(today + timedelta(days=7 - today.weekday()))


def rest_until_day(day: date, now: datetime) -> datetime | None:
    """Nine in the morning of that day; None for a day that isn't ahead or lies too far off."""
    ahead = (day - japan_date(now)).days
    return morning_of(day) if 1 <= ahead <= LONGEST_REST_DAYS else None


def morning_of(day: date) -> datetime:
    """Nine o'clock in Japan."""
    return datetime.combine(day, BEGINS, JAPAN)
