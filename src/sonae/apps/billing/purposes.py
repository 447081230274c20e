"""What is paid for: an application, a change. Each kind of purpose says what is checked before its money is taken, and what
becomes of the money then; how a payment is settled is the same for all of them.

The part of ``payment.purpose`` before the colon names the kind. The kinds stand by their dotted names in
``SONAE_PAYMENT_PURPOSES``, which is how billing reaches apps that stand over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.apps.billing.models import Payment


class Subject(Protocol):
    """What one payment pays for, its rows locked until the transaction ends. Every method runs inside that transaction."""

    def find_mismatch(self, payment: Payment) -> str | None:
        """Why this sum is no longer asked for, as things stand: it ended meanwhile, or costs something else."""

    def find_obstacle(self, *, now: datetime) -> str | None:
        """Why it may not be carried out now. Asked under lock before the capture is written down."""

    def fulfil(self, *, payment: Payment, now: datetime) -> None:
        """The money was captured: book it and do what it was paid for. Whatever it raises undoes the transaction; the payment
        is then owed back (IntegrityError, DataError) or tried again."""

    def note_owed_back(self, *, payment: Payment, captured_yen: int, now: datetime) -> None:
        """The money was captured and goes back, which is booked already: close what was to be paid, and tell its people."""

    def set_free(self, *, now: datetime) -> None:
        """Nothing is held and nothing was charged: it may be paid again, changed, or given up."""


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What stands around the sum on the card page: what is paid, by whom, and where the card holder comes back to."""

    description: str
    email: str
    return_url: str
    cancel_url: str
    language: str


class PaymentPurpose(Protocol):
    """One kind of purpose."""

    prefix: str  # of ``payment.purpose``, without the colon

    def lock(self, public_id: str) -> Subject:
        """Hold the member, then what is paid for; the caller holds the payment after them. The order keeps two callers from
        waiting for each other."""

    def frame_of(self, public_id: str) -> PageFrame:
        """What the card page says. The same for the same payment, however often it is asked for: it goes out under one key."""


@cache
def payment_purposes() -> dict[str, PaymentPurpose]:
    """By prefix, as the settings name them."""
    found: list[PaymentPurpose] = [import_string(name)() for name in settings.SONAE_PAYMENT_PURPOSES]
    return {purpose.prefix: purpose for purpose in found}


def lock_payment(payment: Payment) -> tuple[Subject, Payment]:
    """What is paid for, and the payment as it stands now; all held, in the order member, subject, payment."""
    purpose, public_id = _named_by(payment)
    subject = purpose.lock(public_id)
    return subject, hold_payment(payment)


def hold_payment(payment: Payment) -> Payment:
    """The payment alone as it stands now, held: for a move that neither reads nor changes what is paid for. Whoever holds it may
    not go on to hold member or subject, which come before it in the order."""
    return Payment.objects.select_for_update().get(pk=payment.pk)


def frame_of(payment: Payment) -> PageFrame:
    """What stands around the sum on this payment's card page."""
    purpose, public_id = _named_by(payment)
    return purpose.frame_of(public_id)


def _named_by(payment: Payment) -> tuple[PaymentPurpose, str]:
    prefix, _, public_id = payment.purpose.partition(":")
    return payment_purposes()[prefix], public_id
