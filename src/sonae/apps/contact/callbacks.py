"""Which half hours are left for booking, and what is booked on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count

from sonae.apps.contact.models import CallbackBooking, ClosedSlot, Consultation
from sonae.apps.contact.window import holidays
from sonae.domain.calendar import JAPAN
from sonae.domain.callback_slots import Slot, slots_of_day, slots_on_offer
from sonae.domain.product.definition import Product


@dataclass(frozen=True)
class DaySlot:
    """One half hour of a day, with the calls that are booked in it."""

    slot: Slot
    places: int
    bookings: list[CallbackBooking]
    closed: ClosedSlot | None

    @property
    def left(self) -> int:
        return 0 if self.closed else max(0, self.places - len(self.bookings))


def free_slots(product: Product, *, now: datetime) -> tuple[Slot, ...]:
    """Those that can be booked at this moment, in order; in one statement. A full or a closed one is not among them."""
    rules = product.desk.callbacks
    if not rules.are_booked:
        return ()
    full = (
        CallbackBooking.objects.filter(ended_at=None, begins_at__gte=now)
        .values("begins_at")
        .annotate(taken=Count("id"))
        .filter(taken__gte=rules.places)
        .values_list("begins_at", flat=True)
    )
    closed = ClosedSlot.objects.filter(reopened_at=None, begins_at__gte=now).values_list("begins_at", flat=True)
    away = set(full.union(closed))
    return tuple(slot for slot in slots_on_offer(product.contact, rules, now, holidays()) if slot.begins_at not in away)


def slots_on(product: Product, *, day: date) -> tuple[Slot, ...]:
    """All half hours of that day."""
    return slots_of_day(product.contact, product.desk.callbacks, day, holidays())


def list_callbacks(product: Product, *, day: date) -> list[DaySlot]:
    """Every half hour of that day, in order, those too in which calls were booked by older rules; in two statements."""
    slots = {slot.begins_at: slot for slot in slots_on(product, day=day)}
    begin, end = _bounds(day)
    bookings: dict[datetime, list[CallbackBooking]] = {}
    living = CallbackBooking.objects.filter(ended_at=None, begins_at__gte=begin, begins_at__lt=end)
    for booking in (
        living.select_related("consultation__product_version")
        .defer("consultation__shown", "consultation__product_version__files")
        .order_by("begins_at", "place")
    ):
        bookings.setdefault(booking.begins_at, []).append(booking)
        slots.setdefault(booking.begins_at, Slot(booking.begins_at, booking.ends_at))
    closings = ClosedSlot.objects.filter(reopened_at=None, begins_at__gte=begin, begins_at__lt=end)
    closed = {one.begins_at: one for one in closings}
    places = product.desk.callbacks.places
    return [
        DaySlot(slots[begins_at], places, bookings.get(begins_at, []), closed.get(begins_at))
        for begins_at in sorted(slots)
    ]


def find_booking(consultation: Consultation) -> CallbackBooking | None:
    """The one that stands."""
    return CallbackBooking.objects.filter(consultation=consultation, ended_at=None).first()


def _bounds(day: date) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time(), JAPAN)
    return begin, begin + timedelta(days=1)
