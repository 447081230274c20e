"""Which part of a premium is earned in which calendar month, from a certificate's log (docs/algorithms/earning.md).

A month of cover belongs to the calendar month in which it begins. What is earned is counted from the start and then rounded, so
the months add up to the premium to the yen, none is negative, and no yen is left for the last month to mend.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sonae.domain.certificate.log import Act, known_at
from sonae.domain.certificate.premium import SchedulePremium, schedule_premium
from sonae.domain.money import round_half_up
from sonae.domain.period import Term, add_months, months_between
from sonae.domain.product.definition import Product

Months = dict[date, int]  # the first day of a calendar month → yen


@dataclass(frozen=True, slots=True)
class Standing:
    """A premium at the end of a calendar month, as it was known then. Whole yen: ``written`` = ``earned`` + ``unearned``."""

    written: int
    earned: int

    @property
    def unearned(self) -> int:
        return self.written - self.earned


NOTHING = Standing(0, 0)


@dataclass(frozen=True, slots=True)
class Movement:
    """What one month does to a premium in the books: what was at its end less what was at its beginning."""

    before: Standing
    after: Standing

    @property
    def written(self) -> int:
        return self.after.written - self.before.written

    @property
    def earned(self) -> int:
        return self.after.earned - self.before.earned


def month_of(day: date) -> date:
    """The first day of its calendar month."""
    return day.replace(day=1)


def earned_by_month(schedule: SchedulePremium) -> Months:
    """Yen earned in each calendar month in which any are; together exactly the schedule's total.

    After a cancellation the months that had begun stay as they were earned, as far as the total reaches; what is kept beyond
    them (a minimum, a short rate) is earned in the month in which the cancellation takes effect.
    """
    ends = schedule.cancelled_on
    counted = _counted(schedule)
    months = len(counted) if ends is None else months_between(schedule.term.start_on, ends)
    reached = [min(yen, schedule.total) for yen in counted[:months]]
    first = month_of(schedule.term.start_on)
    earned: Months = {}
    for place, (yen, before) in enumerate(zip(reached, [0, *reached], strict=False)):
        _add(earned, add_months(first, place), yen - before)
    if ends is not None:
        _add(earned, month_of(ends), schedule.total - (reached[-1] if reached else 0))
    return earned


def spread_evenly(total: int, term: Term) -> Months:
    """``earned_by_month`` of a certificate to which nothing has happened since its issue, from its total alone."""
    months, first = term.months, month_of(term.start_on)
    reached = [round_half_up(Fraction(total * (place + 1), months)) for place in range(months)]
    earned: Months = {}
    for place, (yen, before) in enumerate(zip(reached, [0, *reached], strict=False)):
        _add(earned, add_months(first, place), yen - before)
    return earned


def _add(earned: Months, month: date, yen: int) -> None:
    if yen:
        earned[month] = earned.get(month, 0) + yen


def _counted(schedule: SchedulePremium) -> list[int]:
    """Yen earned from the start to the end of each month, had nobody cancelled; the last is the whole premium."""
    exact = sum((piece.exact_premium for piece in schedule.stretches), Fraction(0))
    so_far, counted = Fraction(0), []
    for piece in schedule.stretches:
        for _ in range(piece.months):
            so_far += Fraction(piece.exact_premium, piece.months)
            counted.append(round_half_up(schedule.if_uncancelled * so_far / exact) if exact else 0)
    return counted


def until(earned: Mapping[date, int], month: date) -> int:
    """Yen earned up to and with that calendar month."""
    return sum(yen for on, yen in earned.items() if on <= month)


def standing_at(product: Product, acts: Iterable[Act], term: Term, month: date, *, known: datetime) -> Standing:
    """The certificate's premium at the end of the calendar month, as its log stood at ``known`` (the month's last moment)."""
    log = known_at(acts, known)
    if not log:
        return NOTHING
    schedule = schedule_premium(product, log, term)
    return Standing(schedule.total, until(earned_by_month(schedule), month))
