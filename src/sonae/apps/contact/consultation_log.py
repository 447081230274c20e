"""Writing down what happened to a consultation: in order, once for each form, by whoever may."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from sonae.apps.audit.record import record
from sonae.apps.contact.locks import lock_consultation
from sonae.apps.contact.models import CallbackBooking, Consultation, ConsultationEvent
from sonae.apps.contact.standings import standing_now
from sonae.apps.parties.models import User
from sonae.apps.people.staff import registration_of, staff_rights
from sonae.domain.calendar import japan_date
from sonae.domain.callback_slots import Slot
from sonae.domain.consultation import SOLICITING, Channel, EventKind, Outcome, may_record


class MayNotRecord(Exception):
    """This person may not do what the event tells of: for soliciting, no registration that holds on the day."""


class HappenedLater(Exception):
    """What is said to have happened lies before the consultation came in, or still ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event to be written. Empty what its kind has no use for."""

    kind: EventKind
    channel: Channel = Channel.DESK
    occurred_at: datetime | None = None  # now, where nothing else is said
    text: str = ""
    outcome: Outcome | None = None
    follow_up_on: date | None = None
    handed_to: User | None = None
    slot: Slot | None = None
    plan: str = ""
    mail_key: str = ""


def check_may_record(user: User, kinds: Collection[EventKind], *, consultation: str, now: datetime) -> str:
    """The number of the registration under which this person solicits, empty where nothing of the kind is done.

    Raises ``MayNotRecord``; the attempt stands in the audit log then, so this is to be asked before the transaction of the act.
    """
    rights = staff_rights(user, on=japan_date(now))
    refused = [kind for kind in kinds if not may_record(kind, rights)]
    if refused:
        record(now=now, actor=f"user:{user.pk}", action="consultation.refused", object_kind="consultation",
               object_id=consultation, kind=refused[0].value)  # fmt: skip
        raise MayNotRecord
    if not SOLICITING & set(kinds):
        return ""
    registration = registration_of(user)
    return registration.number if registration else ""


def follow_up_step(day: date | None, *, promised_on: date | None, answers: bool) -> list[Step]:
    """The promise of a further contact, where it is new, changed, taken back, or goes on after a contact that would end it."""
    if day == promised_on and not (answers and day):
        return []
    if day is None and answers:
        return []  # the contact has kept the promise
    return [Step(kind=EventKind.FOLLOW_UP_SET, follow_up_on=day)]


def write_steps(
    *, consultation: Consultation, steps: Sequence[Step], key: str, actor: str, now: datetime, registration: str = ""
) -> bool:
    """Whether they are new: the same form sent again writes nothing. In the caller's transaction. Raises ``HappenedLater``."""
    lock_consultation(consultation)
    if ConsultationEvent.objects.filter(key=f"{key}:1").exists():
        return False
    last = ConsultationEvent.objects.filter(consultation=consultation).aggregate(last=Max("seq"))["last"] or 0
    rows = []
    for place, step in enumerate(steps, 1):
        occurred_at = step.occurred_at or now
        if not consultation.received_at <= occurred_at <= now:
            raise HappenedLater
        rows.append(
            ConsultationEvent(
                consultation=consultation, seq=last + place, key=f"{key}:{place}", kind=step.kind, channel=step.channel,
                actor=actor, occurred_at=occurred_at, recorded_at=now, text=step.text, outcome=step.outcome or "",
                follow_up_on=step.follow_up_on, handed_to=step.handed_to, plan=step.plan, mail_key=step.mail_key,
                slot_begins_at=step.slot.begins_at if step.slot else None,
                slot_ends_at=step.slot.ends_at if step.slot else None,
                registration_number=registration if step.kind in SOLICITING else "",
            )
        )  # fmt: skip
        record(now=now, actor=actor, action=f"consultation.{step.kind}", object_kind="consultation",
               object_id=consultation.number)  # fmt: skip
    ConsultationEvent.objects.bulk_create(rows)
    if {EventKind.CALLED, EventKind.CLOSED} & {step.kind for step in steps}:
        _free_place(consultation, now=now)
    return True


def _free_place(consultation: Consultation, *, now: datetime) -> None:
    """Whoever was called before the half hour that they had booked, or waits for no call any more, keeps nobody out of it."""
    if standing_now(consultation).slot_begins_at is None:
        CallbackBooking.objects.filter(consultation=consultation, ended_at=None, begins_at__gt=now).update(ended_at=now)
