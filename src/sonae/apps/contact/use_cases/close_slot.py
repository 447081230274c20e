"""A supervisor closes a half hour for further bookings, or lets it be booked again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.reason import said_reason
from sonae.apps.audit.record import record
from sonae.apps.contact.locks import lock_slot
from sonae.apps.contact.models import ClosedSlot
from sonae.domain.callback_slots import Slot


@transaction.atomic
def close_slot(*, slot: Slot, reason: str, actor: str, now: datetime) -> bool:
    """Whether it was closed by this very act. What is booked in it stays, and is still called. Raises ``ReasonMissing``."""
    said = said_reason(reason)
    lock_slot(slot.begins_at)
    if ClosedSlot.objects.filter(begins_at=slot.begins_at, reopened_at=None).exists():
        return False
    ClosedSlot.objects.create(begins_at=slot.begins_at, reason=said, closed_by=actor, closed_at=now)
    record(now=now, actor=actor, action="callback_slot.closed", object_kind="callback_slot", object_id=slot.code,
           reason=said)  # fmt: skip
    return True


@transaction.atomic
def reopen_slot(*, slot: Slot, actor: str, now: datetime) -> bool:
    """Whether it was opened by this very act."""
    lock_slot(slot.begins_at)
    closed = ClosedSlot.objects.filter(begins_at=slot.begins_at, reopened_at=None)
    if not closed.update(reopened_by=actor, reopened_at=now):
        return False
    record(now=now, actor=actor, action="callback_slot.reopened", object_kind="callback_slot", object_id=slot.code)
    return True
