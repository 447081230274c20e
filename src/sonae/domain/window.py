"""Is the telephone window open at a moment, until when, and when does it open next? By Japan's clock and its holidays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.product.definition import Contact
from sonae.domain.text import Text

IsHoliday = Callable[[date], bool]
NOON = 12
LONGEST_CLOSURE_DAYS = 366  # a window that is closed for longer doesn't open again by these rules

_WEEKDAYS = (
    Text("月", "Monday"), Text("火", "Tuesday"), Text("水", "Wednesday"), Text("木", "Thursday"), Text("金", "Friday"),
    Text("土", "Saturday"), Text("日", "Sunday"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WindowState:
    """``closes_at`` is there exactly while the window is open, ``opens_at`` exactly while it is closed and will open again."""

    closes_at: datetime | None
    opens_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.closes_at is not None


def window_state(contact: Contact, moment: datetime, is_holiday: IsHoliday) -> WindowState:
    """Open from the first second of the opening hour, closed from the first second of the closing hour."""
    day = japan_date(moment)
    if _opens_on(contact, day, is_holiday) and _opening(contact, day) <= moment < _closing(contact, day):
        return WindowState(closes_at=_closing(contact, day), opens_at=None)
    if moment >= _opening(contact, day):
        day += timedelta(days=1)
    following = _open_day_from(contact, day, is_holiday)
    return WindowState(closes_at=None, opens_at=None if following is None else _opening(contact, following))


def answer_due(contact: Contact, received_at: datetime, is_holiday: IsHoliday) -> datetime | None:
    """Until when an answer can be expected: the close of the day that lies ``answer_working_days`` open days after the one
    on which the window first sees what came in. None if the window doesn't open again.
    """
    state = window_state(contact, received_at, is_holiday)
    seen_at = received_at if state.is_open else state.opens_at
    day = None if seen_at is None else japan_date(seen_at)
    for _ in range(contact.answer_working_days):
        day = None if day is None else _open_day_from(contact, day + timedelta(days=1), is_holiday)
    return None if day is None else _closing(contact, day)


def day_due(contact: Contact, day: date, is_holiday: IsHoliday) -> datetime | None:
    """Until when something promised for that day is due: its close, or that of the next open day where it is closed."""
    following = _open_day_from(contact, day, is_holiday)
    return None if following is None else _closing(contact, following)


def time_open(contact: Contact, begin: datetime, end: datetime, is_holiday: IsHoliday) -> timedelta:
    """How long the window was open between the two moments; nothing where the end lies before the beginning."""
    spent, day = timedelta(), japan_date(begin)
    while day <= japan_date(end):
        if _opens_on(contact, day, is_holiday):
            within = min(end, _closing(contact, day)) - max(begin, _opening(contact, day))
            spent += max(within, timedelta())
        day += timedelta(days=1)
    return spent


def open_days(contact: Contact, day: date, count: int, is_holiday: IsHoliday) -> tuple[date, ...]:
    """The first ``count`` days from that one on, itself included, on which the window opens; fewer where it doesn't."""
    days: list[date] = []
    following = _open_day_from(contact, day, is_holiday)
    while following is not None and len(days) < count:
        days.append(following)
        following = _open_day_from(contact, following + timedelta(days=1), is_holiday)
    return tuple(days)


def opening_hours(contact: Contact, day: date) -> tuple[datetime, datetime]:
    """From when to when it is open on a day on which it opens."""
    return _opening(contact, day), _closing(contact, day)


def open_days_between(contact: Contact, since: date, until: date, is_holiday: IsHoliday) -> tuple[date, ...]:
    """The days on which the window opens, from the first up to and not including the last."""
    days = (since + timedelta(days=place) for place in range((until - since).days))
    return tuple(day for day in days if _opens_on(contact, day, is_holiday))


def _open_day_from(contact: Contact, day: date, is_holiday: IsHoliday) -> date | None:
    for _ in range(LONGEST_CLOSURE_DAYS):
        if _opens_on(contact, day, is_holiday):
            return day
        day += timedelta(days=1)
    return None


def _opens_on(contact: Contact, day: date, is_holiday: IsHoliday) -> bool:
    if day.isoweekday() not in contact.weekdays or any(period.holds(day) for period in contact.closed_periods):
        return False
    return not (contact.closed_on_holidays and is_holiday(day))


def _opening(contact: Contact, day: date) -> datetime:
    return datetime.combine(day, time(), JAPAN) + timedelta(hours=contact.opens_hour)


def _closing(contact: Contact, day: date) -> datetime:
    return datetime.combine(day, time(), JAPAN) + timedelta(hours=contact.closes_hour)


def day_words(day: date) -> Text:
    """11月27日（金） / Friday 27 November: a day that is near, so without its year."""
    weekday = _WEEKDAYS[day.weekday()]
    return Text(f"{day.month}月{day.day}日（{weekday.ja}）", f"{weekday.en} {day.day} {day:%B}")


def hour_words(hour: int) -> Text:
    """午後5時 / 17:00; noon is 正午."""
    japanese = "正午" if hour == 12 else f"午前{hour}時" if hour < 12 else f"午後{hour - 12}時"
    return Text(japanese, f"{hour}:00")


def span_words(begin: datetime, end: datetime) -> Text:
    """11月25日（水） 14:00〜14:30 / Wednesday 25 November, 14:00–14:30: half an hour for which somebody is to be called."""
    there, then = begin.astimezone(JAPAN), end.astimezone(JAPAN)
    day = day_words(there.date())
    return Text(f"{day.ja} {there:%H:%M}〜{then:%H:%M}", f"{day.en}, {there:%H:%M}–{then:%H:%M}")


def preferred_times(contact: Contact) -> dict[str, Text]:
    """When somebody may be called who books no half hour, within the window's own hours. Kept by its code."""
    times = {"any": Text("受付時間のあいだはいつでも", "Any time while the window is open")}
    if contact.opens_hour < NOON < contact.closes_hour:
        times["morning"] = part_of_day(contact.opens_hour, NOON)
        times["afternoon"] = part_of_day(NOON, contact.closes_hour)
    return times


def part_of_day(from_hour: int, to_hour: int) -> Text:
    """午前9時から正午まで / 9:00–12:00."""
    begin, end = hour_words(from_hour), hour_words(to_hour)
    return Text(f"{begin.ja}から{end.ja}まで", f"{begin.en}–{end.en}")
