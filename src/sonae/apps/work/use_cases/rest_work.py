"""Let what waits rest until a moment, or wake it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from sonae.apps.audit.record import record
from sonae.apps.work.models import WorkStep
from sonae.apps.work.queue import Queue
from sonae.apps.work.use_cases.assign_work import WorkKey

REST = """
    INSERT INTO work_worknote AS note (kind, key, rests_until, changed_by, changed_at)
    SELECT wanted.kind, wanted.key, %(until)s::timestamptz, %(actor)s, %(now)s
    FROM unnest(%(kinds)s::text[], %(keys)s::text[]) AS wanted (kind, key) ORDER BY wanted.kind, wanted.key
    ON CONFLICT (kind, key) DO UPDATE SET rests_until = excluded.rests_until, changed_by = excluded.changed_by,
        changed_at = excluded.changed_at
    WHERE note.rests_until IS DISTINCT FROM excluded.rests_until
        AND (note.assignee_id IS NULL OR note.assignee_id = %(viewer)s)
    RETURNING kind, key
"""


@dataclass(frozen=True, slots=True)
class Rested:
    """What became of each: changed now or as it was wanted already, somebody else's, not open any more."""

    done: tuple[WorkKey, ...]
    others: tuple[WorkKey, ...]
    gone: tuple[WorkKey, ...]


@transaction.atomic
def rest_work(*, queue: Queue, keys: Collection[WorkKey], until: datetime | None, actor: str, now: datetime) -> Rested:
    """None as ``until`` wakes it. What somebody else has is theirs to lay aside; take it over first.

    What the viewer can't see or has no right to act on counts as gone.
    """
    found = {key: item for key, item in queue.find(keys).items() if item.to_act in queue.viewer.rights}
    theirs = {key for key, item in found.items() if item.assignee_id not in {None, queue.viewer.user_id}}
    wanted = sorted(found.keys() - theirs)
    changed = _rest(wanted, until, queue, actor, now)
    if until is None:
        changed = {key for key in changed if found[key].rests_until is not None}
    if changed:
        act = WorkStep.Act.RESTED if until else WorkStep.Act.WOKEN
        WorkStep.objects.bulk_create(
            WorkStep(kind=kind, key=key, act=act, rests_until=until, actor=actor, recorded_at=now)
            for kind, key in sorted(changed)
        )
        record(now=now, actor=actor, action=f"work.{act}", object_kind="work", object_id=":".join(min(changed))[:80],
               count=len(changed), until=until.isoformat() if until else None)  # fmt: skip
    return Rested(done=tuple(wanted), others=tuple(sorted(theirs)), gone=tuple(sorted(set(keys) - found.keys())))


def _rest(wanted: list[WorkKey], until: datetime | None, queue: Queue, actor: str, now: datetime) -> set[WorkKey]:
    if not wanted:
        return set()
    values = {
        "kinds": [kind for kind, _ in wanted],
        "keys": [key for _, key in wanted],
        "until": until,
        "viewer": queue.viewer.user_id,
        "actor": actor,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(REST, values)
        return {(kind, key) for kind, key in cursor.fetchall()}
