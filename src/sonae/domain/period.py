"""Half-open stretches of calendar days: the first day belongs to them, the last does not."""

from __future__ import annotations

import calendar as month_lengths
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """From ``start_on`` up to, and not including, ``expiry_on``. The hour of the day is the calendar's business."""

    start_on: date
    expiry_on: date

    def __post_init__(self) -> None:
        if self.expiry_on <= self.start_on:
            raise ValueError(f"a term ends after it begins: {self.start_on} to {self.expiry_on}")

    def __contains__(self, day: date) -> bool:
        return self.start_on <= day < self.expiry_on

    def overlaps(self, other: Term) -> bool:
        """Whether at least one day belongs to both."""
        return self.start_on < other.expiry_on and other.start_on < self.expiry_on

    @property
    def months(self) -> int:
        """Whole months from the first day to the expiry."""
        return months_between(self.start_on, self.expiry_on)


def months_between(start_on: date, expiry_on: date) -> int:
    """Whole months from ``start_on`` to ``expiry_on``; a begun month does not count. ValueError if negative."""
    if expiry_on < start_on:
        raise ValueError(f"{expiry_on} lies before {start_on}")
    months = (expiry_on.year - start_on.year) * 12 + expiry_on.month - start_on.month
    return months - 1 if expiry_on.day < start_on.day else months


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month; the month's last day where that month is shorter."""
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, month_lengths.monthrange(year, month)[1]))
