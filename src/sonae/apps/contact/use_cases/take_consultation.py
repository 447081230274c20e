"""Somebody of the window makes a consultation theirs, or opens a closed one again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.reason import said_reason
from sonae.apps.contact.consultation_log import Step, check_may_record, write_steps
from sonae.apps.contact.models import Consultation
from sonae.apps.parties.models import User
from sonae.domain.consultation import EventKind


def take_consultation(*, consultation: Consultation, key: str, user: User, now: datetime) -> bool:
    """Whether it is new. Raises ``MayNotRecord``."""
    return _write(Step(kind=EventKind.TAKEN), consultation, key=key, user=user, now=now)


def reopen_consultation(*, consultation: Consultation, reason: str, key: str, user: User, now: datetime) -> bool:
    """Whether it is new. What was measured stays. Raises ``MayNotRecord`` and ``ReasonMissing``."""
    step = Step(kind=EventKind.REOPENED, text=said_reason(reason))
    return _write(step, consultation, key=key, user=user, now=now)


def _write(step: Step, consultation: Consultation, *, key: str, user: User, now: datetime) -> bool:
    check_may_record(user, [step.kind], consultation=consultation.number, now=now)
    with transaction.atomic():
        return write_steps(consultation=consultation, steps=[step], key=key, actor=f"user:{user.pk}", now=now)
