"""The member leaves the card page to change something: the page is closed first, so that an old sum can't be paid."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.payment_log import move
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.use_cases.settle_payment import settle_payment
from sonae.apps.parties.models import Member


def leave_payment(*, payment: Payment, gateway: CardGateway, now: datetime) -> Payment:
    """Let go of a payment whose page is open. One that is being captured is not let go: its outcome comes first."""
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=payment.member_id)
        Application.objects.select_for_update().get(public_id=payment.purpose.removeprefix("enrol:"))
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        if payment.state == Payment.State.OPEN:
            payment.closed_reason = "left"
            move(payment, Payment.State.RELEASING, cause="member", now=now, detail="left")
    return settle_payment(key=payment.key, gateway=gateway, cause="member", now=now)
