"""The register of requests about personal data, in the order of the days by which they are answered.

The organiser answers for the members' data and the operator for it: both see all of them, and nobody else any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sonae.apps.contact.data_request_models import RegisteredRequest, RegisteredRequestStep
from sonae.domain.data_request import Kind, Standing, State, Step, next_steps, standing_of
from sonae.domain.staff_rights import Party

AT_ONCE = 50
LONGEST_NUMBER = 20
SEEN_BY = frozenset({Party.OPERATOR, Party.ORGANISER})


class Show(StrEnum):
    """Which requests a list is of."""

    OPEN = "open"
    OVERDUE = "overdue"
    WITH_ORGANISER = "with_organiser"
    ANSWERED = "answered"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request with its steps, where it stands, and what may follow for this organisation."""

    request: RegisteredRequest
    steps: tuple[RegisteredRequestStep, ...]
    standing: Standing
    following: tuple[Step, ...]

    @property
    def place(self) -> str:
        """By which a list goes on behind it."""
        return f"{self.request.due_on.isoformat()}.{self.request.pk}"


def list_requests(
    *, party: Party, show: Show, today: date, after: tuple[date, int] | None = None
) -> tuple[list[Entry], bool]:
    """Those whose answer is due first, first; and whether there are more."""
    found = _found(party, show, today)
    if after is not None:
        due, pk = after
        found = found.filter(Q(due_on__gt=due) | Q(due_on=due, pk__gt=pk))
    kept = list(found.order_by("due_on", "pk")[: AT_ONCE + 1])
    return [entry_of(one, party) for one in kept[:AT_ONCE]], len(kept) > AT_ONCE


def count_requests(*, party: Party, show: Show, today: date) -> int:
    """How many there are."""
    return _found(party, show, today).count()


def find_request(*, party: Party, number: str) -> Entry | None:
    """None where there is none that this organisation may see."""
    if not number or len(number) > LONGEST_NUMBER or not number.isascii() or not number.isprintable():
        return None
    found = _found(party, Show.ALL, date.max).filter(number=number).first()
    return None if found is None else entry_of(found, party)


def entry_of(request: RegisteredRequest, party: Party) -> Entry:
    """As this organisation may go on with it: only the organiser corrects its list, and only for somebody who acts for a member
    can what is theirs be deleted here."""
    steps = tuple(sorted(request.steps.all(), key=lambda one: one.seq))
    kinds = [Step(one.kind) for one in steps]
    standing = standing_of(proved=request.channel == RegisteredRequest.Channel.PORTAL, steps=kinds)
    barred = {Step.CORRECTED} - ({Step.CORRECTED} if party == Party.ORGANISER else set())
    if request.user_id is None or request.member_id is None:
        barred.add(Step.ERASED)
    following = tuple(one for one in next_steps(Kind(request.kind), standing, kinds) if one not in barred)
    return Entry(request, steps, standing, following)


def _found(party: Party, show: Show, today: date) -> QuerySet[Any]:
    if party not in SEEN_BY:
        return RegisteredRequest.objects.none()
    newest = RegisteredRequestStep.objects.filter(request=OuterRef("pk")).order_by("-seq").values("state")[:1]
    found = (
        RegisteredRequest.objects.select_related("member", "asked")
        .prefetch_related("steps")
        .annotate(state_now=Coalesce(Subquery(newest), Value(State.OPEN.value)))
    )
    match show:
        case Show.OPEN:
            return found.exclude(state_now=State.ANSWERED)
        case Show.OVERDUE:
            return found.exclude(state_now=State.ANSWERED).filter(due_on__lt=today)
        case Show.WITH_ORGANISER | Show.ANSWERED:
            return found.filter(state_now=show.value)
        case Show.ALL:
            return found
