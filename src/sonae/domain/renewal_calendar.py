"""The turn of the scheme year as days on the calendar of Japan: what happens when, and which start a confirmation of a day has.

Everything is counted from the expiry of the scheme year that ends, by the rules of the product that rules the next one. Work
that is due is asked of the day ("what should have happened by now?"), never of a timer, so a clock that jumps changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from sonae.domain.calendar import application_deadline, next_start
from sonae.domain.period import Term
from sonae.domain.product.definition import Product

StepKind = Literal["rehearsal", "offers", "reminder", "deadline", "warning", "expiry", "notice", "late_end"]
NoticeKind = Literal["reminder", "warning", "notice"]


class TurnStep(NamedTuple):
    """One thing of the turn and its day."""

    on: date
    kind: StepKind


@dataclass(frozen=True, slots=True)
class TurnDates:
    """``deadline_on`` and ``late_until`` are the last days themselves. ``expiry_on`` is also the first day of the next year."""

    rehearsal_on: date
    offers_on: date
    reminders_on: tuple[date, ...]
    deadline_on: date
    warnings_on: tuple[date, ...]
    expiry_on: date
    notices_on: tuple[date, ...]
    late_until: date

    @property
    def steps(self) -> tuple[TurnStep, ...]:
        """All of them in the order of their days; of one day in the order in which they belong."""
        steps = [
            TurnStep(self.rehearsal_on, "rehearsal"),
            TurnStep(self.offers_on, "offers"),
            *(TurnStep(day, "reminder") for day in self.reminders_on),
            TurnStep(self.deadline_on, "deadline"),
            *(TurnStep(day, "warning") for day in self.warnings_on),
            TurnStep(self.expiry_on, "expiry"),
            *(TurnStep(day, "notice") for day in self.notices_on),
            TurnStep(self.late_until, "late_end"),
        ]
        return tuple(sorted(steps, key=lambda step: step.on))


class DueNotice(NamedTuple):
    """What those who have not renewed are told by now, and the day for which it was planned."""

    kind: NoticeKind
    planned_on: date


def turn_of(product: Product, expiry_on: date) -> TurnDates:
    """The turn at that expiry. ``product`` rules the scheme year that begins then."""
    rules = product.turn
    deadline_on = application_deadline(product.calendar, expiry_on)
    return TurnDates(
        rehearsal_on=expiry_on - timedelta(days=rules.rehearsal_days_before),
        offers_on=expiry_on - timedelta(days=rules.offers_days_before),
        reminders_on=_before(expiry_on, rules.reminders_days_before),
        deadline_on=deadline_on,
        warnings_on=_before(expiry_on, rules.warnings_days_before),
        expiry_on=expiry_on,
        notices_on=tuple(expiry_on + timedelta(days=days) for days in rules.notices_days_after),
        late_until=deadline_on + timedelta(days=rules.late_days),
    )


def _before(day: date, days: Sequence[int]) -> tuple[date, ...]:
    return tuple(day - timedelta(days=count) for count in days)


def may_offer(dates: TurnDates, today: date) -> bool:
    """Whether offers are made on that day: from the planned day until nobody could take one up any more."""
    return dates.offers_on <= today <= dates.late_until


def start_if_confirmed(product: Product, dates: TurnDates, next_year: Term, confirmed_on: date) -> date | None:
    """The start of a cover that is renewed on that day; None before the offers and when the late window is over.

    By the deadline it is the expiry of the old cover, so there is no gap. Afterwards the product decides.
    """
    if not may_offer(dates, confirmed_on):
        return None
    if confirmed_on <= dates.deadline_on:
        return dates.expiry_on
    if product.turn.late_start == "expiry" and confirmed_on < dates.expiry_on:
        return dates.expiry_on
    start = max(next_start(product.calendar, confirmed_on), dates.expiry_on)
    return start if start in next_year else None


def notice_due(dates: TurnDates, today: date) -> DueNotice | None:
    """The latest thing that should have been said by now to those who have not renewed; None where that is nothing.

    What was missed while no worker ran is not said afterwards one by one: only the latest counts, and a reminder is not sent when
    its deadline has passed, nor a warning when the cover has ended.
    """
    if today <= dates.deadline_on:
        return _latest("reminder", dates.reminders_on, today)
    if today < dates.expiry_on:
        return _latest("warning", dates.warnings_on, today)
    if today <= dates.late_until:
        return _latest("notice", dates.notices_on, today)
    return None


def _latest(kind: NoticeKind, days: Sequence[date], today: date) -> DueNotice | None:
    past = [day for day in days if day <= today]
    return DueNotice(kind, max(past)) if past else None
