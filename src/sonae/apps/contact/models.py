"""What was asked of the contact window, the consent to pass it on, and what members ask for their data; each as it came in."""

from __future__ import annotations

from django.db import models

from sonae.apps.contact.complaint_models import Complaint, ComplaintStep
from sonae.apps.contact.data_request_models import RegisteredRequest, RegisteredRequestStep
from sonae.apps.contact.desk_models import CallbackBooking, ClosedSlot, ConsultationEvent
from sonae.apps.contact.referral_models import ReferralStep, SpokenConsent, SpokenWithdrawal, ThirdPartyProvision
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.models import ProductVersion

__all__ = [
    "CallbackBooking",
    "ClosedSlot",
    "Complaint",
    "ComplaintStep",
    "Consent",
    "ConsentWithdrawal",
    "Consultation",
    "ConsultationEvent",
    "DataRequest",
    "ReferralStep",
    "RegisteredRequest",
    "RegisteredRequestStep",
    "SpokenConsent",
    "SpokenWithdrawal",
    "ThirdPartyProvision",
]


class Consultation(models.Model):
    """A question, a request for a call, or a referral, with the texts that were shown. Rows are only ever added."""

    class Kind(models.TextChoices):
        QUESTION = "question"
        CALLBACK = "callback"
        REFERRAL = "referral"  # asks for another policy, outside the programme (F20)
        CALL = "call"  # somebody rang; recorded by whoever answered, so without texts that were shown

    token = models.CharField(max_length=43, unique=True)
    number = models.CharField(max_length=20, unique=True)
    form_key = models.CharField(max_length=43, unique=True)  # one form gives one consultation, however often it is sent
    kind = models.CharField(max_length=10, choices=Kind.choices)
    product_version = models.ForeignKey(ProductVersion, on_delete=models.PROTECT, related_name="consultations")
    name = models.CharField(max_length=80)
    kana = models.CharField(max_length=160)
    firm = models.CharField(max_length=120)
    email = models.EmailField(max_length=254)
    telephone = models.CharField(max_length=20)
    preferred_time = models.CharField(max_length=20)
    member_number = models.CharField(max_length=20)
    industry = models.CharField(max_length=40)
    annual_sales = models.BigIntegerField(null=True)
    message = models.TextField()
    language = models.CharField(max_length=2)
    shown = models.JSONField()  # the purpose of use as it stood beside the form
    shown_digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["received_at", "id"]),
            models.Index(fields=["telephone"], condition=~models.Q(telephone=""), name="consultation_telephone"),
            models.Index(fields=["email"], condition=~models.Q(email=""), name="consultation_email"),
        ]

    def __str__(self) -> str:
        return self.number


class Consent(models.Model):
    """Consent to pass a referral on: to whom, what, what for, in exactly these words. Rows are only ever added."""

    consultation = models.OneToOneField(Consultation, on_delete=models.PROTECT, related_name="consent")
    recipient = models.CharField(max_length=20)  # the role of the party
    recipient_name = models.CharField(max_length=120)
    text = models.JSONField()
    digest = models.CharField(max_length=64)
    given_at = models.DateTimeField()


class ConsentWithdrawal(models.Model):
    """That a consent was withdrawn, and when. Rows are only ever added."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_at = models.DateTimeField()


class DataRequest(models.Model):
    """A correction or deletion that a member's person asked for: what was held, what should stand. Rows are only ever added."""

    class Kind(models.TextChoices):
        CORRECTION = "correction"  # of what the organiser's list says; only the organiser can correct it
        ERASURE = "erasure"

    number = models.CharField(max_length=20, unique=True)
    form_key = models.CharField(max_length=43, unique=True)  # one form gives one request, however often it is sent
    kind = models.CharField(max_length=10, choices=Kind.choices)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="data_requests")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="data_requests")
    held = models.JSONField()  # correction: field → what the list says; erasure: what could be deleted, by count
    wanted = models.JSONField()  # correction: field → what should stand; erasure: empty
    message = models.TextField(blank=True)
    language = models.CharField(max_length=2)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["member", "received_at"])]

    def __str__(self) -> str:
        return self.number
