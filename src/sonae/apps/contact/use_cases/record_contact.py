"""What passed between us and the person, or a note for colleagues; with what comes next, in one step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from sonae.apps.contact.consultation_log import Step, check_may_record, follow_up_step, write_steps
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.standings import standing_now
from sonae.apps.parties.models import User
from sonae.domain.consultation import HUMAN_ANSWERS, Channel, EventKind, Outcome

BY_HAND = (EventKind.CALLED, EventKind.NOT_REACHED, EventKind.HEARD, EventKind.NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacted:
    """What was typed, cleaned. ``follow_up_on`` is the day that is promised from now on; ``outcome`` closes the consultation."""

    kind: EventKind
    channel: Channel
    text: str
    occurred_at: datetime | None = None
    follow_up_on: date | None = None
    outcome: Outcome | None = None


def record_contact(*, consultation: Consultation, contacted: Contacted, key: str, user: User, now: datetime) -> bool:
    """Whether it is new. Raises ``MayNotRecord``, also for what takes the right to solicit, and ``HappenedLater``."""
    check_may_record(user, [contacted.kind], consultation=consultation.number, now=now)
    if contacted.kind not in BY_HAND:
        raise ValueError(f"{contacted.kind} has a use-case of its own")
    with transaction.atomic():
        steps = [
            Step(kind=contacted.kind, channel=contacted.channel, text=contacted.text, occurred_at=contacted.occurred_at)
        ]
        answers = contacted.kind in HUMAN_ANSWERS
        promised_on = standing_now(consultation).promised_on
        steps += follow_up_step(contacted.follow_up_on, promised_on=promised_on, answers=answers)
        if contacted.outcome is not None:
            steps.append(Step(kind=EventKind.CLOSED, outcome=contacted.outcome))
        return write_steps(consultation=consultation, steps=steps, key=key, actor=f"user:{user.pk}", now=now)
