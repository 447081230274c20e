"""The second person agrees, and the act is done; or it is dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.reason import said_reason
from sonae.apps.audit.record import record

State = SecondLook.State
Perform = Callable[..., None]  # (look, *, now): does what was asked for, in the transaction of the decision


class SamePerson(Exception):
    """Whoever asked can't agree to it."""


class LookDecided(Exception):
    """It was decided already, the other way."""


@transaction.atomic
def decide_second_look(*, look_id: int, agree: bool, reason: str, actor: str, now: datetime) -> SecondLook:
    """The look as it is decided; the same decision again is a quiet success.

    Raises SamePerson, LookDecided, ReasonMissing (to drop it takes one), SecondLook.DoesNotExist, and what the act itself raises:
    then nothing is decided.
    """
    look = SecondLook.objects.select_for_update().get(pk=look_id)
    wanted = State.AGREED if agree else State.DROPPED
    if look.state == wanted:
        return look
    if look.state != State.WAITING:
        raise LookDecided
    if agree and actor == look.asked_by:
        raise SamePerson
    look.decision_reason = " ".join(reason.split())[:400] if agree else said_reason(reason)
    look.state, look.decided_by, look.decided_at = wanted, actor, now
    look.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    if agree:
        cast(Perform, import_string(settings.SONAE_SECOND_LOOKS[look.kind]))(look, now=now)
    record(now=now, actor=actor, action=f"{look.kind}.{wanted}", object_kind=look.kind, object_id=look.object_id,
           reason=look.decision_reason)  # fmt: skip
    return look
