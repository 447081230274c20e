"""The scheme year: when cover starts and ends, by when to apply (F16). Calendar dates in Japan, never time stamps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from sonae.domain.period import Term, add_months, months_between
from sonae.domain.product.definition import Calendar

__all__ = [
    "JAPAN",
    "Opening",
    "Term",
    "application_deadline",
    "cover_starts_at",
    "is_start_day",
    "japan_date",
    "months_between",
    "next_opening",
    "next_start",
    "possible_starts",
    "quote_valid_until",
    "scheme_term",
]

# Japan keeps one offset all year (no summer time since 1952), so this needs no time-zone files on the machine.
JAPAN = timezone(timedelta(hours=9), "JST")


def japan_date(moment: datetime) -> date:
    """The date on the wall in Japan at that moment. ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(JAPAN).date()


def cover_starts_at(calendar: Calendar, day: date) -> datetime:
    """The moment on that day at which cover begins or ends: the term's hour, Japan time."""
    return datetime.combine(day, time(calendar.term_start_hour), JAPAN)


def scheme_term(calendar: Calendar, on: date) -> Term:
    """The scheme year to which the day belongs. The day of expiry belongs to the next one."""
    start_on = date(on.year, calendar.term_start_month, calendar.term_start_day)
    if on < start_on:
        start_on = start_on.replace(year=on.year - 1)
    return Term(start_on, start_on.replace(year=start_on.year + 1))


def is_start_day(calendar: Calendar, day: date) -> bool:
    """Whether cover can begin on that day of a month."""
    return day.day == calendar.term_start_day


def possible_starts(calendar: Calendar, term: Term) -> tuple[date, ...]:
    """The twelve days of a scheme year on which cover can begin, in order."""
    starts = (add_months(term.start_on, month) for month in range(12))
    return tuple(day for day in starts if day in term and is_start_day(calendar, day))


def next_start(calendar: Calendar, applied_on: date) -> date:
    """The first start an application of that day can have: by the deadline day the next month's, else one later."""
    months = 1 if applied_on.day <= calendar.application_deadline_day else 2
    return add_months(applied_on.replace(day=calendar.term_start_day), months)


def application_deadline(calendar: Calendar, start_on: date) -> date:
    """The last day on which one can apply for a cover that starts then."""
    return add_months(start_on, -1).replace(day=calendar.application_deadline_day)


@dataclass(frozen=True, slots=True)
class Opening:
    """When applications for a whole scheme year begin, and which year that is."""

    opens_on: date
    term: Term


def next_opening(calendar: Calendar, today: date) -> Opening:
    """The next scheme year whose applications are still to begin: on the day after the last one for the year before ends."""
    term = scheme_term(calendar, today)
    while True:
        opens_on = application_deadline(calendar, add_months(term.start_on, -1)) + timedelta(days=1)
        if opens_on > today:
            return Opening(opens_on, term)
        term = scheme_term(calendar, term.expiry_on)


def quote_valid_until(calendar: Calendar, quoted_on: date) -> date:
    """The last day on which the quote holds."""
    return quoted_on + timedelta(days=calendar.quote_valid_days)
