"""What happened to consultations, which calls are booked, and which half hours are closed for booking."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sonae.apps.parties.models import User
from sonae.domain.consultation import SOLICITING, Channel, EventKind, Outcome


class ConsultationEvent(models.Model):
    """One thing that happened to a consultation: who, when, by which way. What came in itself is the consultation. Rows are only
    ever added; how it stands is their fold (``domain/consultation.py``)."""

    consultation = models.ForeignKey("contact.Consultation", on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()  # in the order of recording, from 1
    key = models.CharField(max_length=60, unique=True)  # one form on one screen counts once, however often it is sent
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in EventKind])
    channel = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Channel])
    actor = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    text = models.TextField(blank=True)  # the note, what the person said, the mail as it was sent, the reason
    outcome = models.CharField(max_length=20, blank=True, choices=[(one.value, one.value) for one in Outcome])
    follow_up_on = models.DateField(null=True, blank=True)
    handed_to = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    slot_begins_at = models.DateTimeField(null=True, blank=True)
    slot_ends_at = models.DateTimeField(null=True, blank=True)
    plan = models.CharField(max_length=20, blank=True)
    registration_number = models.CharField(max_length=20, blank=True)  # under which somebody solicited
    mail_key = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consultation", "seq"], name="one_event_for_each_place"),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(one.value for one in SOLICITING)) | ~Q(registration_number=""),
                name="soliciting_takes_a_registration",
            ),
            models.CheckConstraint(
                condition=~Q(kind=EventKind.PLAN_RECOMMENDED.value) | (~Q(text="") & ~Q(plan="")),
                name="a_recommendation_has_its_reason",
            ),
            models.CheckConstraint(condition=Q(occurred_at__lte=F("recorded_at")), name="what_happened_lies_back"),
        ]


class CallbackBooking(models.Model):
    """A visitor's place in a half hour. Places are counted from 1: as no two living bookings share a place, and nobody takes one
    beyond the product's, a slot is never overbooked."""

    consultation = models.ForeignKey("contact.Consultation", on_delete=models.PROTECT, related_name="bookings")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.PositiveIntegerField()
    booked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # moved, or cancelled

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["begins_at", "place"], condition=Q(ended_at=None), name="one_booking_for_each_place"
            ),
            models.UniqueConstraint(
                fields=["consultation"], condition=Q(ended_at=None), name="one_booking_for_each_consultation"
            ),
            models.CheckConstraint(condition=Q(place__gte=1), name="places_count_from_one"),
        ]


class ClosedSlot(models.Model):
    """A half hour that a supervisor has closed for further bookings; what is booked in it stays."""

    begins_at = models.DateTimeField()
    reason = models.CharField(max_length=400)
    closed_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField()
    reopened_by = models.CharField(max_length=200, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["begins_at"], condition=Q(reopened_at=None), name="a_slot_is_closed_once")
        ]
