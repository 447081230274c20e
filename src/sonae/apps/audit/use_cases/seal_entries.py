"""Give every entry of the audit log that has none its place in the chain (docs/algorithms/audit-chain.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from sonae.apps.audit.chain import ENTRY_COLUMNS, last_link, lock_chain
from sonae.apps.audit.models import AuditDay
from sonae.domain.audit_chain import START, Entry, end_of, link_digest, seconds_of

AT_ONCE = 5_000
EVERYTHING = (-(2**63), 2**63 - 1)
# What this very transaction wrote, where there is one, counts as well.
SNAPSHOT = """
    SELECT pg_snapshot_xmin(now)::text::bigint,
        greatest(pg_snapshot_xmax(now)::text::bigint - 1, pg_current_xact_id_if_assigned()::text::bigint)
    FROM pg_current_snapshot() AS now
"""
NOT_LINKED = """
    SELECT {entry} FROM audit_auditentry AS e
    WHERE e.written_in BETWEEN %(first)s AND %(last)s AND (e.written_in, e.id) > (%(written_in)s, %(id)s)
        AND NOT EXISTS (SELECT FROM audit_auditlink AS l WHERE l.entry_id = e.id)
    ORDER BY e.written_in, e.id LIMIT %(most)s
"""
ADD = """
    INSERT INTO audit_auditlink (position, entry_id, sealed_at, horizon, digest)
    SELECT position, entry_id, %s, %s, digest FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS t (position, entry_id, digest)
"""


@dataclass(slots=True)
class _Round:
    """Which transactions a round looks at, and how far it has come."""

    oldest_open: int  # what transactions before this one wrote, the round sees
    first: int
    last: int
    written_in: int = EVERYTHING[0]
    entry_id: int = 0


def seal_entries(*, now: datetime, everything: bool = False) -> int:
    """How many entries were linked, in their order within the round: by transaction, then by number.

    A round looks at what may have come since the last one; with ``everything`` at all entries, as after a database was restored.
    A few thousand at a time, each in a transaction of its own, so that a round that dies has lost nothing.
    """
    current, sealed = _begin(everything=everything), 0
    while True:
        count = _seal_some(current, now)
        sealed += count
        if count < AT_ONCE:
            return sealed


def _begin(*, everything: bool) -> _Round:
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        oldest_open, newest = cursor.fetchone()
    last = last_link()
    horizon = last[2] if last else None
    # A horizon that no transaction has reached yet is from another server, whose transactions were counted further.
    if everything or horizon is None or horizon > newest + 1:
        return _Round(oldest_open, *EVERYTHING)
    return _Round(oldest_open, horizon, newest)


@transaction.atomic
def _seal_some(current: _Round, now: datetime) -> int:
    lock_chain()
    last = last_link()
    position, earliest, _, digest = last or (0, now, 0, START)
    asked = {
        "first": current.first, "last": current.last, "written_in": current.written_in, "id": current.entry_id, "most": AT_ONCE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NOT_LINKED.format(entry=ENTRY_COLUMNS), asked)
        entries = [Entry(*row) for row in cursor.fetchall()]
    if not entries:
        return 0
    sealed_at = max(now.astimezone(UTC), earliest, *_end_of_last_day())
    # Where more is waiting, it was written by the last one's transaction or by later ones.
    horizon = min(current.oldest_open, entries[-1].written_in) if len(entries) == AT_ONCE else current.oldest_open
    digests = []
    for place, entry in enumerate(entries, position + 1):
        digest = link_digest(
            previous=digest, position=place, sealed_at=seconds_of(sealed_at), horizon=horizon, entry=entry
        )
        digests.append(digest)
    places = list(range(position + 1, position + 1 + len(entries)))
    with connection.cursor() as cursor:
        cursor.execute(ADD, [sealed_at, horizon, places, [entry.id for entry in entries], digests])
    current.written_in, current.entry_id = entries[-1].written_in, entries[-1].id
    return len(entries)


def _end_of_last_day() -> list[datetime]:
    """A day whose digest was written gets no more links, whatever an earlier clock says."""
    day = AuditDay.objects.order_by("-day").values_list("day", flat=True).first()
    return [end_of(day).astimezone(UTC)] if day else []
