"""Take up what waits, give it to a colleague, or give it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import User
from sonae.apps.people.staff import staff_rights
from sonae.apps.work.models import WorkStep
from sonae.apps.work.queue import Queue, WorkItem
from sonae.domain.calendar import japan_date

WorkKey = tuple[str, str]  # kind and key

# One winner: the row is changed only where its assignee is still the one that was seen. Whoever comes at the same moment waits
# for the first and then finds it changed. Rows are taken in one order, so that two of these never wait for each other.
ASSIGN = """
    INSERT INTO work_worknote AS note (kind, key, assignee_id, assigned_at, changed_by, changed_at)
    SELECT wanted.kind, wanted.key, %(assignee)s::bigint, %(assigned_at)s::timestamptz, %(actor)s, %(now)s
    FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(seen)s::bigint[]) AS wanted (kind, key, seen)
    ORDER BY wanted.kind, wanted.key
    ON CONFLICT (kind, key) DO UPDATE SET assignee_id = excluded.assignee_id, assigned_at = excluded.assigned_at,
        changed_by = excluded.changed_by, changed_at = excluded.changed_at
    WHERE note.assignee_id IS NOT DISTINCT FROM (
        SELECT asked.seen FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(seen)s::bigint[]) AS asked (kind, key, seen)
        WHERE asked.kind = note.kind AND asked.key = note.key)
    RETURNING kind, key
"""
HELD_BY = """
    SELECT wanted.kind, wanted.key, note.assignee_id FROM unnest(%(kinds)s::text[], %(keys)s::text[]) AS wanted (kind, key)
    LEFT JOIN work_worknote AS note ON note.kind = wanted.kind AND note.key = wanted.key
"""


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of each: changed now, as it was wanted already, held by somebody else by now, not open any more."""

    done: tuple[WorkKey, ...]
    same: tuple[WorkKey, ...]
    lost: tuple[WorkKey, ...]
    gone: tuple[WorkKey, ...]
    not_theirs: tuple[WorkKey, ...]  # whoever it is given to has not the right to do it


@transaction.atomic
def assign_work(
    *, queue: Queue, seen: Mapping[WorkKey, int | None], assignee: User | None, actor: str, now: datetime
) -> Assigned:
    """``seen`` says for each item who had it when the person looked. None as ``assignee`` gives it back.

    What the viewer can't see or has no right to act on counts as gone.
    """
    found = {key: item for key, item in queue.find(seen).items() if item.to_act in queue.viewer.rights}
    gone = tuple(sorted(seen.keys() - found.keys()))
    may = _may_do(found, assignee, queue, now)
    wants = assignee.pk if assignee else None
    wanted = sorted(found.keys() & may)
    changed = _assign([key for key in wanted if seen[key] != wants], seen, assignee, actor, now)
    held = _held_by([key for key in wanted if key not in changed])
    if changed:
        act = WorkStep.Act.ASSIGNED if assignee else WorkStep.Act.GIVEN_BACK
        WorkStep.objects.bulk_create(
            WorkStep(kind=kind, key=key, act=act, assignee=assignee, actor=actor, recorded_at=now)
            for kind, key in sorted(changed)
        )
        record(now=now, actor=actor, action=f"work.{act}", object_kind="work", object_id=":".join(min(changed))[:80],
               count=len(changed), assignee=wants)  # fmt: skip
    return Assigned(
        done=tuple(sorted(changed)),
        same=tuple(key for key, holder in held.items() if holder == wants),
        lost=tuple(key for key, holder in held.items() if holder != wants),
        gone=gone,
        not_theirs=tuple(sorted(found.keys() - may)),
    )


def _may_do(
    found: Mapping[WorkKey, WorkItem], assignee: User | None, queue: Queue, now: datetime
) -> Collection[WorkKey]:
    if assignee is None:
        return found.keys()
    own = assignee.pk == queue.viewer.user_id
    rights = queue.viewer.rights if own else staff_rights(assignee, on=japan_date(now))
    return {key for key, item in found.items() if item.to_act in rights}


def _assign(
    wanted: list[WorkKey], seen: Mapping[WorkKey, int | None], assignee: User | None, actor: str, now: datetime
) -> set[WorkKey]:
    if not wanted:
        return set()
    values = {
        **_columns(wanted),
        "seen": [seen[key] for key in wanted],
        "assignee": assignee.pk if assignee else None,
        "assigned_at": now if assignee else None,
        "actor": actor,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(ASSIGN, values)
        return {(kind, key) for kind, key in cursor.fetchall()}


def _held_by(keys: list[WorkKey]) -> dict[WorkKey, int | None]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(HELD_BY, _columns(keys))
        return {(kind, key): holder for kind, key, holder in cursor.fetchall()}


def _columns(keys: list[WorkKey]) -> dict[str, list[str]]:
    return {"kinds": [kind for kind, _ in keys], "keys": [key for _, key in keys]}
