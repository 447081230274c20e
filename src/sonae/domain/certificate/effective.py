"""From which day an act takes effect: the product's rule for what it changes, on calendar dates of Japan."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sonae.domain.calendar import cover_starts_at, is_start_day, next_start
from sonae.domain.period import Term, add_months
from sonae.domain.product.definition import Product
from sonae.domain.product.transactions import Subject

_SUBJECTS: dict[str, Subject] = {
    "plan": "plan", "annual_sales": "annual_sales", "industry": "industry", "insured": "insured", "applicant": "address",
}  # fmt: skip


class OutsideTerm(ValueError):
    """The act would take effect on a day that doesn't belong to the certificate: ``day``; its term is ``term``."""

    def __init__(self, day: date, term: Term) -> None:
        super().__init__(f"{day} lies outside {term.start_on} to {term.expiry_on}")
        self.day, self.term = day, term


def subjects_of(fields: Iterable[str]) -> frozenset[Subject]:
    """What a patch changes, by the names of its fields. KeyError for a field that no act may set."""
    return frozenset(_SUBJECTS[name.partition(".")[0]] for name in fields)


def effective_date(product: Product, subjects: Iterable[Subject], asked_for: date, term: Term) -> date:
    """The day on which an act asked for that day takes effect; the latest, where it changes several things. OutsideTerm."""
    days = [_by_rule(product, subject, asked_for) for subject in subjects]
    day = max(days, default=asked_for)
    if asked_for < term.start_on or day not in term:
        raise OutsideTerm(max(day, asked_for) if asked_for >= term.start_on else asked_for, term)
    return day


def _by_rule(product: Product, subject: Subject, asked_for: date) -> date:
    if product.transactions.takes_effect[subject] == "same_day" or is_start_day(product.calendar, asked_for):
        return asked_for
    start = asked_for.replace(day=product.calendar.term_start_day)
    return start if start > asked_for else add_months(start, 1)


def earliest_for_member(product: Product, subjects: Iterable[Subject], today: date, term: Term) -> date:
    """The first day that a member can have by itself: what is rated follows the deadline of applications (F16), the rest today.

    OutsideTerm where the certificate ends before.
    """
    subjects = tuple(subjects)
    by_rule = product.transactions.takes_effect
    waits = any(by_rule[subject] == "month_start" for subject in subjects)
    day = next_start(product.calendar, today) if waits else today
    return effective_date(product, subjects, max(day, term.start_on), term)


def effective_moment(product: Product, fields: Collection[str], day: date) -> datetime | None:
    """The hour at which an act of that day takes effect: where cover itself changes or ends, the hour at which terms begin.

    None for what needs no hour: a name or an address. An act without fields ends cover, or lets it go on.
    """
    subjects = subjects_of(fields)
    timed = not subjects or any(product.transactions.takes_effect[subject] == "month_start" for subject in subjects)
    return cover_starts_at(product.calendar, day) if timed else None
