"""What becomes of a charge after it was made: somebody refunds it on the processor's own pages, or its holder disputes it.

Cover is not touched by either: ending it has rules of its own, and a person follows them. The books and the audit log say so once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardGateway, GatewayError
from sonae.apps.billing.models import Payment, Posting, Receivable
from sonae.apps.billing.refundable import promised_of, returned_elsewhere_of
from sonae.apps.billing.use_cases.note_dispute import is_overturned, note_dispute
from sonae.apps.billing.use_cases.owe_again import owe_again


def note_after_capture(*, payment: Payment, gateway: CardGateway, now: datetime) -> None:
    """Ask the processor about a payment that is captured, and write down what is new. Without an answer nothing happens."""
    try:
        seen = gateway.read_payment(session_id=payment.session_id)
        if is_overturned(payment=payment, seen=seen.disputes):
            seen = gateway.read_payment(session_id=payment.session_id)
    except GatewayError:
        return
    with transaction.atomic():
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        for dispute in seen.disputes:
            note_dispute(payment=locked, seen=dispute, now=now)
        if locked.allocations.exists():
            _note_refund(locked, seen.refunded_yen, now=now)


def _note_refund(payment: Payment, refunded_yen: int, *, now: datetime) -> None:
    """Ours are written down before they are asked for, so what goes beyond them was not ours. The premium is owed again."""
    noted = returned_elsewhere_of(payment)
    elsewhere = refunded_yen - promised_of(payment) - noted
    if elsewhere <= 0:
        return
    owe_again(
        key=f"payment:{payment.key}:refunded_elsewhere:{noted + elsewhere}",
        payment=payment,
        receivable_yen=elsewhere,
        reason=Receivable.Reason.REFUNDED_ELSEWHERE,
        from_account=Posting.Account.CARD_PROCESSOR,
        now=now,
    )
    record(now=now, actor=f"gateway:{payment.gateway}", action="payment.refunded_elsewhere", object_kind="payment",
           object_id=payment.key, refund_yen=elsewhere)  # fmt: skip
