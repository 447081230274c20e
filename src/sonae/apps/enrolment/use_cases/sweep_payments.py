"""Settle what is due and not done: payments whose outcome is open, refunds that are owed. Run every minute by any worker."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment, Refund
from sonae.apps.billing.use_cases.refund_payment import carry_out_refund
from sonae.apps.enrolment.use_cases.reopen_page import reopen_page
from sonae.apps.enrolment.use_cases.settle_payment import settle_payment

log = logging.getLogger("sonae.sweeper")
AT_ONCE = 200
PARKED_FOR = timedelta(minutes=10)


@dataclass(slots=True)
class Sweep:
    """The control totals of one round."""

    payments: int = 0
    refunds: int = 0
    parked: int = 0


def sweep_payments(*, gateway: CardGateway, now: datetime) -> Sweep:
    """One round over everything due. What fails unexpectedly is parked for ten minutes and reported; the rest goes on."""
    totals = Sweep()
    due = Payment.objects.filter(next_check_at__lte=now).order_by("next_check_at")[:AT_ONCE]
    for payment in list(due):
        try:
            if payment.state == Payment.State.CREATED:
                reopen_page(payment=payment, gateway=gateway, now=now)
            else:
                settle_payment(key=payment.key, gateway=gateway, cause="sweeper", now=now)
            totals.payments += 1
        except Exception:  # one bad payment must not stop the others; it is parked, logged and tried again
            log.exception("payment parked: %s", payment.key)
            Payment.objects.filter(pk=payment.pk).update(next_check_at=now + PARKED_FOR)
            totals.parked += 1
    owed = Refund.objects.filter(refunded_at__isnull=True, next_check_at__lte=now).select_related("payment")
    for refund in list(owed.order_by("next_check_at")[:AT_ONCE]):
        carry_out_refund(refund=refund, gateway=gateway, now=now)
        totals.refunds += 1
    return totals
