"""Who of the staff looked at somebody's data, as that somebody may know it: when, at what, and as what of which organisation.

Read from the audit log. No person of the staff is named: the organisation answers for its people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.models import StaffPosition
from sonae.domain.staff_rights import Position

READINGS = frozenset({
    "member.seen", "member.recognised", "certificate.seen", "paper.opened", "data_request.looked_at",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """One look. ``positions`` are those that the person held at that moment, a clerk's where there were none."""

    entry_id: int
    at: datetime
    action: str  # one of READINGS
    object_id: str
    organisation: Organisation
    positions: frozenset[Position]


def list_looks(*, things: Mapping[str, Collection[str]], before: int | None = None, most: int) -> list[Look]:
    """The newest first, older than the entry ``before`` where one is given. ``things``: by kind, as the audit log names them. What
    people of members did themselves is no look of the staff. Three statements."""
    staff = {f"user:{one.pk}": one for one in User.objects.exclude(organisation=None).select_related("organisation")}
    about = Q(pk__in=[])
    for kind, names in things.items():
        about |= Q(object_kind=kind, object_id__in=list(names))
    entries = AuditEntry.objects.filter(about, action__in=READINGS, actor__in=list(staff))
    if before is not None:
        entries = entries.filter(pk__lt=before)
    found = list(entries.order_by("-pk")[:most])
    held = _positions([staff[entry.actor].pk for entry in found])
    return [_look(entry, staff[entry.actor], held) for entry in found]


def _positions(people: Collection[int]) -> Mapping[int, list[StaffPosition]]:
    held: dict[int, list[StaffPosition]] = defaultdict(list)
    for one in StaffPosition.objects.filter(user__in=set(people)):
        held[one.user_id].append(one)
    return held


def _look(entry: AuditEntry, person: User, held: Mapping[int, list[StaffPosition]]) -> Look:
    at = entry.occurred_at
    then = {
        Position(one.position)
        for one in held.get(person.pk, ())
        if one.granted_at <= at and (one.ended_at is None or at < one.ended_at)
    }
    return Look(
        entry_id=entry.pk, at=at, action=entry.action, object_id=entry.object_id,
        organisation=person.organisation,  # type: ignore[arg-type]  # list_looks asks for people who have one
        positions=frozenset(then) or frozenset({Position.CLERK}),
    )  # fmt: skip
