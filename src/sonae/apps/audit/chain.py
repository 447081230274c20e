"""Reading the chain of the audit log out of the database, as ``domain/audit_chain.py`` knows it; and its one lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from sonae.apps.audit.models import AuditDay
from sonae.domain.audit_chain import Day, Entry, Link

# The number means nothing; it only has to be the same everywhere and nobody else's.
SEALING = 5_377_210_015
AT_ONCE = 5_000
BEFORE_ALL = -(2**63)

# Moments in seconds and details as text, so that no setting of a session changes what is sealed.
ENTRY_COLUMNS = """e.id, e.written_in, extract(epoch FROM e.occurred_at)::text, e.actor, e.action, e.object_kind, e.object_id,
    e.detail::text"""
LINKS = """
    SELECT l.position, l.entry_id, extract(epoch FROM l.sealed_at)::text, l.horizon, l.digest, {entry}
    FROM audit_auditlink AS l LEFT JOIN audit_auditentry AS e ON e.id = l.entry_id
    WHERE l.position >= %s ORDER BY l.position LIMIT %s
"""
UNLINKED = """
    SELECT e.id FROM audit_auditentry AS e
    WHERE e.occurred_at < %s AND NOT EXISTS (SELECT FROM audit_auditlink AS l WHERE l.entry_id = e.id)
    ORDER BY e.id LIMIT %s
"""
LAST = "SELECT position, sealed_at, horizon, digest FROM audit_auditlink ORDER BY position DESC LIMIT 1"


def lock_chain() -> None:
    """Held until the transaction ends: links are added by one round at a time, and whoever writes entries doesn't wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])


def read_links() -> Iterator[Link]:
    """All of them in order, some thousands in memory at a time. They are read page by page: none is ever changed."""
    position = BEFORE_ALL
    while True:
        with connection.cursor() as cursor:
            cursor.execute(LINKS.format(entry=ENTRY_COLUMNS), [position, AT_ONCE])
            rows = cursor.fetchall()
        for row in rows:
            yield link_from(row)
        if len(rows) < AT_ONCE:
            return
        position = rows[-1][0] + 1


def link_from(row: tuple[Any, ...]) -> Link:
    """A row of ``LINKS``."""
    position, entry_id, sealed_at, horizon, digest = row[:5]
    return Link(position, entry_id, sealed_at, horizon, digest, None if row[5] is None else Entry(*row[5:]))


def last_link() -> tuple[int, datetime, int, str] | None:
    """Position, moment, horizon and digest of the newest link."""
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        row = cursor.fetchone()
    return None if row is None else (row[0], row[1].astimezone(UTC), row[2], row[3])


def read_days() -> list[Day]:
    """The days that were written down, the earliest first."""
    return [Day(one.day, one.last_position, one.entries, one.digest) for one in AuditDay.objects.order_by("day")]


def unlinked_before(moment: datetime, *, most: int) -> list[int]:
    """Entries from before that moment that have no place in the chain."""
    with connection.cursor() as cursor:
        cursor.execute(UNLINKED, [moment, most])
        return [entry_id for (entry_id,) in cursor.fetchall()]
