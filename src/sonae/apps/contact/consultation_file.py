"""Everything that the desk sees of one consultation: what came in, what happened, who it may be, what else they asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from sonae.apps.contact.models import CallbackBooking, Consultation, ConsultationEvent
from sonae.apps.contact.recognition import KnownMember, recognise
from sonae.apps.contact.standings import standing_with
from sonae.apps.documents.models import OutboxMessage
from sonae.domain.consultation import Standing

OTHERS_SHOWN = 10
LONGEST_NUMBER = 20


@dataclass(frozen=True)
class ConsultationFile:
    """``sent`` are the mails that went out, by their keys."""

    consultation: Consultation
    standing: Standing
    events: list[ConsultationEvent]
    members: tuple[KnownMember, ...]
    booking: CallbackBooking | None
    others: list[Consultation]
    sent: dict[str, OutboxMessage]


def find_consultation_of(*, number: str) -> Consultation | None:
    """The consultation of that number, with its consent and the version under which it came in."""
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        return None
    return (
        Consultation.objects.select_related("product_version", "consent__withdrawal")
        .defer("product_version__files")
        .filter(number=number)
        .first()
    )


def consultation_file_of(*, consultation: Consultation, today: date) -> ConsultationFile:
    """In the same few statements however much there is."""
    events = list(consultation.events.select_related("handed_to").order_by("occurred_at", "seq"))
    keys = [event.mail_key for event in events if event.mail_key]
    sent = {one.key: one for one in OutboxMessage.objects.filter(key__in=keys).defer("body")} if keys else {}
    return ConsultationFile(
        consultation=consultation,
        standing=standing_with(consultation, events),
        events=events,
        members=recognise(
            number=consultation.member_number, telephone=consultation.telephone, email=consultation.email, today=today
        ),
        booking=CallbackBooking.objects.filter(consultation=consultation, ended_at=None).first(),
        others=list_others(consultation),
        sent=sent,
    )


def list_others(consultation: Consultation) -> list[Consultation]:
    """What came from the same address or telephone, newest first."""
    same = Q(pk__in=[])
    if consultation.email:
        same |= Q(email=consultation.email)
    if consultation.telephone:
        same |= Q(telephone=consultation.telephone)
    found = Consultation.objects.filter(same).exclude(pk=consultation.pk)
    return list(
        found.only("number", "kind", "received_at", "name", "firm").order_by("-received_at", "-id")[:OTHERS_SHOWN]
    )
