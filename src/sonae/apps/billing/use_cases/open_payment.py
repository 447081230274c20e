"""Start paying: write the payment down with its idempotency key, then ask the processor for a card page."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.billing.card_consent import GivenConsent
from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment, PaymentStep, SavedCard
from sonae.apps.billing.payment_log import move
from sonae.apps.billing.payment_moves import next_check
from sonae.apps.billing.purposes import PageFrame
from sonae.apps.parties.models import Member


def write_down_payment(
    *,
    purpose: str,
    member: Member,
    charge_yen: int,
    gateway: CardGateway,
    now: datetime,
    consent: GivenConsent | None = None,
    saved_card: SavedCard | None = None,
) -> Payment:
    """The living payment for this purpose, created if there is none. Call it with the purpose's own row locked.

    ``consent``: the card that will be typed is kept. ``saved_card``: it is charged, and no page is shown.
    """
    tries = list(Payment.objects.filter(purpose=purpose).order_by("id"))
    living = next((payment for payment in tries if payment.state != Payment.State.CLOSED), None)
    if living is not None:
        return living
    payment = Payment.objects.create(
        key=f"{purpose}:{len(tries) + 1}",
        purpose=purpose,
        member=member,
        charge_yen=charge_yen,
        gateway=gateway.name,
        state=Payment.State.CREATED,
        card_consent=consent.write_down(member=member, now=now) if consent else None,
        saved_card=saved_card,
        created_at=now,
        changed_at=now,
        next_check_at=next_check(checks=0, since=now, now=now),
    )
    PaymentStep.objects.create(payment=payment, to_state=Payment.State.CREATED, cause="member", occurred_at=now)
    return payment


def open_card_page(
    *,
    payment: Payment,
    gateway: CardGateway,
    frame: PageFrame,
    now: datetime,
) -> Payment:
    """Ask for the hosted page; the same payment always gets the same page. Raises the gateway's errors, and is safe to repeat."""
    if payment.state != Payment.State.CREATED:
        return payment
    reached("checkout.before_call")
    checkout = gateway.open_checkout(
        key=f"{payment.key}:open",
        reference=payment.key,
        charge_yen=payment.charge_yen,
        description=frame.description,
        email=frame.email,
        return_url=frame.return_url,
        cancel_url=frame.cancel_url,
        language=frame.language,
        save_card=payment.card_consent_id is not None,
    )
    reached("checkout.after_call")
    with transaction.atomic():
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        if payment.state == Payment.State.CREATED:
            payment.session_id, payment.checkout_url = checkout.session_id, checkout.url
            move(payment, Payment.State.OPEN, cause="member", now=now)
    reached("checkout.committed")
    return payment
