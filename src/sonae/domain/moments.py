"""Days and moments as machines and command lines write them."""

from __future__ import annotations

from datetime import date, datetime, time

from sonae.domain.calendar import JAPAN

LONGEST = 40


def read_day(text: str) -> date | None:
    """2027-03-03; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == len("2027-03-03") else None
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """2027-03-10T09:30:00+09:00; without an offset Japan's clock counts, and a day alone means its last moment. None otherwise."""
    day = read_day(text)
    if day is not None:
        return datetime.combine(day, time.max, JAPAN)
    try:
        moment = datetime.fromisoformat(text) if len(text) <= LONGEST else None
        return None if moment is None else _with_offset(moment)
    except (ValueError, OverflowError):
        return None


def _with_offset(moment: datetime) -> datetime:
    """OverflowError where no calendar reaches that far in Japan's time."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)).astimezone(JAPAN)
