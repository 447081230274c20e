"""Which part of a premium belongs to which accounting period of the member: the expense, and what is carried as 前払費用.

The cover is counted in whole months from its start; a month of cover belongs to the calendar month in which it begins, so
the hours after 16:00 on the day of expiry cost nothing more. The premium is spread evenly and rounded cumulatively: after
k of n months premium × k ÷ n, rounded half up to a yen, has become an expense. So the shares add up to the premium exactly,
none is negative, none differs from another by more than a yen, and no yen is left for the last month to mend.
"""

from __future__ import annotations

import calendar as month_lengths
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from sonae.domain.money import round_half_up
from sonae.domain.period import Term, add_months

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class MonthShare:
    """What one month of cover costs, and what of the premium is still ahead after it."""

    month_on: date  # the first day of the calendar month
    expense_yen: int
    prepaid_yen: int


@dataclass(frozen=True, slots=True)
class PeriodShare:
    """The months of one accounting period: their expense together, and what is carried over its closing day."""

    closes_on: date  # the last day of the accounting period
    months: tuple[MonthShare, ...]

    @property
    def expense_yen(self) -> int:
        return sum(month.expense_yen for month in self.months)

    @property
    def prepaid_yen(self) -> int:
        return self.months[-1].prepaid_yen

    @property
    def booked_on(self) -> date:
        """The last day of the last month of cover in this period: the closing day, or earlier where the cover ends before."""
        return month_end(self.months[-1].month_on)


def month_end(day: date) -> date:
    """The last day of that calendar month."""
    return day.replace(day=month_lengths.monthrange(day.year, day.month)[1])


def closing_day(day: date, closing_month: int) -> date:
    """The last day of the accounting period to which ``day`` belongs. ValueError unless 1 to 12."""
    if not 1 <= closing_month <= MONTHS_OF_A_YEAR:
        raise ValueError(f"a year is closed in one of the months 1 to 12, not {closing_month}")
    year = day.year if day.month <= closing_month else day.year + 1
    return month_end(date(year, closing_month, 1))


def split_by_month(premium: int, term: Term) -> tuple[MonthShare, ...]:
    """One share for each month of cover, in order. ValueError for a negative premium or a term without a whole month."""
    if premium < 0:
        raise ValueError(f"what is spread over the months is what was paid less what was given back, not {premium}")
    if term.months < 1:
        raise ValueError(f"a premium is spread over whole months: {term.start_on} to {term.expiry_on} has none")
    spent = [round_half_up(Fraction(premium * k, term.months)) for k in range(term.months + 1)]
    first = term.start_on.replace(day=1)
    return tuple(
        MonthShare(add_months(first, k), expense_yen=spent[k + 1] - spent[k], prepaid_yen=premium - spent[k + 1])
        for k in range(term.months)
    )


def split_by_period(months: Iterable[MonthShare], closing_month: int) -> tuple[PeriodShare, ...]:
    """The months under the accounting periods that they fall into, in order. ValueError unless the month is 1 to 12."""
    periods = groupby(months, key=lambda share: closing_day(share.month_on, closing_month))
    return tuple(PeriodShare(closes_on, tuple(shares)) for closes_on, shares in periods)
