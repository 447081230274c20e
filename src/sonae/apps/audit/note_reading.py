"""Writing down that somebody of the staff looked at a person's data: once for a while, however often a page is opened."""

from __future__ import annotations

from datetime import datetime, timedelta

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow

ONE_LOOK = timedelta(minutes=10)  # of one person at one thing: going back and forth between its pages is one look


def note_reading(
    *, now: datetime, actor: str, action: str, object_kind: str, object_id: object, **detail: str | int | bool | None
) -> None:
    """Add one entry, unless that person's look at that thing was noted within the last ten minutes."""
    if allow(key=f"look:{actor}:{action}:{object_id}", most=1, within=ONE_LOOK, now=now):
        record(now=now, actor=actor, action=action, object_kind=object_kind, object_id=object_id, **detail)
