"""Writing an entry of the audit log, in the same transaction as what it tells of."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.audit.models import AuditEntry


def record(
    *, now: datetime, actor: str, action: str, object_kind: str, object_id: object, **detail: str | int | bool | None
) -> None:
    """Add one entry."""
    AuditEntry.objects.create(
        occurred_at=now, actor=actor, action=action, object_kind=object_kind, object_id=str(object_id), detail=detail
    )
