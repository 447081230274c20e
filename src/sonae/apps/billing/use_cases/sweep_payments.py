"""Settle what is due and not done: payments whose outcome is open, refunds that are owed; then ask, at a modest pace, about
payments that seem settled. Run every minute by any worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment, Refund
from sonae.apps.billing.payment_log import look_again_later
from sonae.apps.billing.use_cases.claim_questions import claim_questions
from sonae.apps.billing.use_cases.refund_payment import ask_again_later, carry_out_refund
from sonae.apps.billing.use_cases.reopen_page import reopen_page
from sonae.apps.billing.use_cases.settle_payment import settle_payment

log = logging.getLogger("sonae.sweeper")
AT_ONCE = 200


@dataclass(slots=True)
class Sweep:
    """The control totals of one round."""

    payments: int = 0
    refunds: int = 0
    asked: int = 0
    parked: int = 0


def sweep_payments(*, gateway: CardGateway, now: datetime) -> Sweep:
    """One round over everything due. What fails unexpectedly is parked for a while and reported; the rest goes on."""
    totals = Sweep()
    for payment in list(Payment.objects.filter(_due(now)).order_by("next_check_at")[:AT_ONCE]):
        if _settled(payment, gateway=gateway, now=now):
            totals.payments += 1
        else:
            totals.parked += 1
    due = Q(next_check_at__lte=now) | Q(next_check_at__isnull=False, created_at__gt=now)
    owed = Refund.objects.filter(due, refunded_at__isnull=True).select_related("payment")
    for refund in list(owed.order_by("next_check_at")[:AT_ONCE]):
        if _refunded(refund, gateway=gateway, now=now):
            totals.refunds += 1
        else:
            totals.parked += 1
    for payment in claim_questions(gateway=gateway.name, now=now):
        if _settled(payment, gateway=gateway, now=now):
            totals.asked += 1
        else:
            totals.parked += 1
    return totals


def _due(now: datetime) -> Q:
    # A clock that was set back must not put off what it had planned: what seems to have changed in the future is due.
    return Q(next_check_at__lte=now) | Q(next_check_at__isnull=False, changed_at__gt=now)


def _settled(payment: Payment, *, gateway: CardGateway, now: datetime) -> bool:
    def work() -> None:
        if payment.state == Payment.State.CREATED:
            reopen_page(payment=payment, gateway=gateway, now=now)
        else:
            settle_payment(key=payment.key, gateway=gateway, cause="sweeper", now=now)

    if _went_well(work, payment.key):
        return True
    with transaction.atomic():
        parked = Payment.objects.select_for_update().get(pk=payment.pk)
        if parked.state in Payment.DUE:
            look_again_later(parked, now=now)
    return False


def _refunded(refund: Refund, *, gateway: CardGateway, now: datetime) -> bool:
    if _went_well(lambda: carry_out_refund(refund=refund, gateway=gateway, now=now), refund.key):
        return True
    ask_again_later(refund, now=now)
    return False


def _went_well(work: Callable[[], object], key: str) -> bool:
    """One bad payment must not stop the others: whatever it raises is logged, and it is tried again later."""
    try:
        work()
    except Exception:
        log.exception("parked: %s", key)
        connection.close_if_unusable_or_obsolete()  # the next one needs a line to the database that works
        return False
    return True
