"""Whoever may not solicit hands over to a registered solicitor, with what was heard."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.contact.consultation_log import Step, check_may_record, write_steps
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.solicitors import list_solicitors
from sonae.apps.parties.models import User
from sonae.domain.calendar import japan_date
from sonae.domain.consultation import EventKind


class NoSolicitor(Exception):
    """The person named has no registration that holds today."""


def hand_over_consultation(
    *, consultation: Consultation, solicitor: User | None, note: str, key: str, user: User, now: datetime
) -> bool:
    """Whether it is new. To one of them, or with None to whoever takes it first.

    Raises ``MayNotRecord``, and ``NoSolicitor`` for somebody whose registration doesn't hold on this day.
    """
    check_may_record(user, [EventKind.HANDED_OVER], consultation=consultation.number, now=now)
    if solicitor is not None and solicitor.pk not in {one.user.pk for one in list_solicitors(on=japan_date(now))}:
        raise NoSolicitor
    steps = [Step(kind=EventKind.HANDED_OVER, handed_to=solicitor, text=note)]
    with transaction.atomic():
        return write_steps(consultation=consultation, steps=steps, key=key, actor=f"user:{user.pk}", now=now)
