"""The hosted card page of a payment: opened, found again, or closed when the processor will not open one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.billing.gateway import CardGateway, GatewayRefused
from sonae.apps.billing.models import Payment
from sonae.apps.billing.payment_log import move
from sonae.apps.billing.purposes import frame_of, lock_payment
from sonae.apps.billing.use_cases.open_payment import open_card_page


def open_page_for(*, payment: Payment, gateway: CardGateway, now: datetime) -> Payment:
    """Open the page, or get the one that is open already. Raises the gateway's errors.

    A refusal is kept under its key for good, so it closes the payment: nobody was given a page, and a new try may begin.
    """
    try:
        return open_card_page(payment=payment, gateway=gateway, frame=frame_of(payment), now=now)
    except GatewayRefused as refusal:
        _close_refused(payment, reason=f"open_{refusal.code}"[:80], now=now)
        raise


@transaction.atomic
def _close_refused(payment: Payment, *, reason: str, now: datetime) -> None:
    subject, payment = lock_payment(payment)
    if payment.state != Payment.State.CREATED:
        return
    payment.closed_reason = reason
    move(payment, Payment.State.CLOSED, cause="processor", now=now, detail=reason)
    subject.set_free(now=now)
