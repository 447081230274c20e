"""The complaints register as an organisation may see it, in the order of the days by which it owes an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sonae.apps.contact.complaint_models import Complaint, ComplaintStep
from sonae.domain.complaint import Noted, Standing, State, Step, standing_of
from sonae.domain.staff_rights import Party

AT_ONCE = 50
LONGEST_NUMBER = 20
SEEN_BY = frozenset({Party.OPERATOR, Party.ORGANISER, Party.INSURER})
NAMED_FOR = frozenset({Party.OPERATOR, Party.ORGANISER})  # who complains is no business of the insurer's


class Show(StrEnum):
    """Which complaints a list is of."""

    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; empty where it isn't."""

    show: Show
    category: str = ""
    against: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One complaint with its steps, and where it stands."""

    complaint: Complaint
    steps: tuple[ComplaintStep, ...]
    standing: Standing

    @property
    def place(self) -> str:
        """By which a list goes on behind it."""
        return f"{self.standing.due_on.isoformat()}.{self.complaint.pk}"


def list_complaints(
    *, party: Party, wanted: Wanted, today: date, after: tuple[date, int] | None = None, most: int | None = AT_ONCE
) -> tuple[list[Entry], bool]:
    """Those whose answer is due first, first; and whether there are more. ``most`` None: all of them."""
    found = _found(party, wanted, today)
    if after is not None:
        due, pk = after
        found = found.filter(Q(due_now__gt=due) | Q(due_now=due, pk__gt=pk))
    found = found.order_by("due_now", "pk")
    kept = list(found if most is None else found[: most + 1])
    return [_entry(one) for one in kept[:most]], most is not None and len(kept) > most


def count_complaints(*, party: Party, show: Show, today: date) -> int:
    """How many there are."""
    return _found(party, Wanted(show=show), today).count()


def find_complaint(*, party: Party, number: str) -> Entry | None:
    """None where there is none that this organisation may see."""
    if not number or len(number) > LONGEST_NUMBER or not number.isascii() or not number.isprintable():
        return None
    if party not in SEEN_BY:
        return None
    found = Complaint.objects.prefetch_related("steps").filter(number=number).first()
    return None if found is None else _entry(found)


def noted_of(complaint: Complaint) -> list[Noted]:
    """Its steps as the rules read them, in their order."""
    return [_noted(one) for one in ComplaintStep.objects.filter(complaint=complaint).order_by("seq")]


def _noted(step: ComplaintStep) -> Noted:
    return Noted(Step(step.kind), step.happened_on, step.facts)


def _entry(complaint: Complaint) -> Entry:
    steps = sorted(complaint.steps.all(), key=lambda one: one.seq)
    standing = standing_of(
        received_on=complaint.received_on, gravity=complaint.gravity, days=complaint.days,
        steps=[_noted(one) for one in steps],
    )  # fmt: skip
    return Entry(complaint, tuple(steps), standing)


def _found(party: Party, wanted: Wanted, today: date) -> QuerySet[Any]:
    if party not in SEEN_BY:
        return Complaint.objects.annotate(due_now=F("due_on")).none()
    newest = ComplaintStep.objects.filter(complaint=OuterRef("pk")).order_by("-seq")
    found = Complaint.objects.prefetch_related("steps").annotate(
        due_now=Coalesce(Subquery(newest.values("due_on")[:1]), F("due_on")),
        state_now=Coalesce(Subquery(newest.values("state")[:1]), Value(State.OPEN.value)),
    )
    if wanted.category:
        found = found.filter(category=wanted.category)
    if wanted.against:
        found = found.filter(against=wanted.against)
    match wanted.show:
        case Show.OPEN | Show.ANSWERED | Show.CLOSED:
            return found.filter(state_now=wanted.show.value)
        case Show.OVERDUE:
            return found.filter(state_now=State.OPEN, due_now__lt=today)
        case Show.ALL:
            return found
