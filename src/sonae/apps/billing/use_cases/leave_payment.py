"""The member leaves the card page to change something: the page is closed first, so that an old sum can't be paid."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.payment_log import move
from sonae.apps.billing.purposes import hold_payment
from sonae.apps.billing.use_cases.settle_payment import settle_payment


def leave_payment(*, payment: Payment, gateway: CardGateway, now: datetime) -> Payment:
    """Let go of a payment whose page is open. One that is being captured is not let go: its outcome comes first."""
    with transaction.atomic():
        payment = hold_payment(payment)
        if payment.state == Payment.State.OPEN:
            payment.closed_reason = "left"
            move(payment, Payment.State.RELEASING, cause="member", now=now, detail="left")
    return settle_payment(key=payment.key, gateway=gateway, cause="member", now=now)
