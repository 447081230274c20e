"""A visitor books a call for a half hour, books another one instead, or cancels it. The last place has one winner."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from sonae.apps.contact.callback_mails import write_cancelled_mail, write_moved_mail
from sonae.apps.contact.consultation_log import Step, write_steps
from sonae.apps.contact.locks import lock_consultation, lock_slot
from sonae.apps.contact.models import CallbackBooking, ClosedSlot, Consultation
from sonae.domain.callback_slots import Slot
from sonae.domain.consultation import Channel, EventKind
from sonae.domain.product.definition import Product


class SlotTaken(Exception):
    """No place is left in that half hour, or it has been closed for booking."""


class NothingBooked(Exception):
    """There is no call to cancel: none was booked, it was cancelled, or its half hour has begun."""


def book_callback(
    *, consultation: Consultation, slot: Slot, places: int, key: str, actor: str, now: datetime
) -> CallbackBooking:
    """In the caller's transaction. Raises ``SlotTaken``: then the caller's transaction has to end without anything."""
    booking = take_place(consultation, slot, places=places, now=now)
    _tell(EventKind.CALL_BOOKED, consultation, slot, key=key, actor=actor, now=now)
    return booking


@transaction.atomic
def rebook_callback(
    *, consultation: Consultation, slot: Slot, product: Product, key: str, actor: str, now: datetime
) -> bool:
    """Whether it is booked for that half hour by this very act; what was booked before, its half hour over or not, is given up.

    Raises ``SlotTaken``, and then the old half hour stays booked.
    """
    lock_consultation(consultation)
    booking = CallbackBooking.objects.filter(consultation=consultation, ended_at=None).first()
    if booking is not None:
        if booking.begins_at == slot.begins_at:
            return False
        booking.ended_at = now
        booking.save(update_fields=["ended_at"])
    take_place(consultation, slot, places=product.desk.callbacks.places, now=now)
    _tell(EventKind.CALL_BOOKED, consultation, slot, key=key, actor=actor, now=now)
    write_moved_mail(consultation=consultation, slot=slot, product=product, key=key, now=now)
    return True


@transaction.atomic
def cancel_callback(*, consultation: Consultation, product: Product, key: str, actor: str, now: datetime) -> None:
    """The place is free at once. Raises ``NothingBooked``."""
    lock_consultation(consultation)
    booking = CallbackBooking.objects.filter(consultation=consultation, ended_at=None, begins_at__gt=now).first()
    if booking is None:
        raise NothingBooked
    booking.ended_at = now
    booking.save(update_fields=["ended_at"])
    _tell(EventKind.CALL_CANCELLED, consultation, None, key=key, actor=actor, now=now)
    write_cancelled_mail(consultation=consultation, product=product, key=key, now=now)


def take_place(consultation: Consultation, slot: Slot, *, places: int, now: datetime) -> CallbackBooking:
    """The first place that is free. Under the slot's lock nobody else looks meanwhile; without it the database's constraint
    would still let one of two have the place, and the other looks again."""
    lock_slot(slot.begins_at)
    if ClosedSlot.objects.filter(begins_at=slot.begins_at, reopened_at=None).exists():
        raise SlotTaken
    for _ in range(places):
        place = first_free(slot, places)
        if place is None:
            break
        try:
            with transaction.atomic():
                return CallbackBooking.objects.create(
                    consultation=consultation,
                    begins_at=slot.begins_at,
                    ends_at=slot.ends_at,
                    place=place,
                    booked_at=now,
                )
        except IntegrityError:
            continue
    raise SlotTaken


def first_free(slot: Slot, places: int) -> int | None:
    """The lowest place that nobody has; None where all are taken."""
    taken = set(CallbackBooking.objects.filter(begins_at=slot.begins_at, ended_at=None).values_list("place", flat=True))
    return next((one for one in range(1, places + 1) if one not in taken), None)


def _tell(
    kind: EventKind, consultation: Consultation, slot: Slot | None, *, key: str, actor: str, now: datetime
) -> None:
    steps = [Step(kind=kind, channel=Channel.WEB, slot=slot)]
    write_steps(consultation=consultation, steps=steps, key=key, actor=actor, now=now)
