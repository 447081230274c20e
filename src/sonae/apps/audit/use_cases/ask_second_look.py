"""Ask for an act that another person has to agree to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.reason import said_reason
from sonae.apps.audit.record import record


def ask_second_look(
    *, kind: str, object_id: object, facts: Mapping[str, Any], reason: str, actor: str, now: datetime
) -> tuple[SecondLook, bool]:
    """The look, and whether it is new: what waits already for the same thing is given back as it is. Raises ReasonMissing."""
    reason = said_reason(reason)
    try:
        with transaction.atomic():
            asked = SecondLook.objects.create(
                kind=kind, object_id=str(object_id), facts=dict(facts), reason=reason, asked_by=actor, asked_at=now
            )
            record(now=now, actor=actor, action=f"{kind}.asked", object_kind=kind, object_id=object_id, reason=reason)
    except IntegrityError:
        return SecondLook.objects.get(kind=kind, object_id=str(object_id), state=SecondLook.State.WAITING), False
    return asked, True
