"""What becomes of a charge after it was made: somebody refunds it on the processor's own pages, or its holder disputes it.

Cover is not touched by either: ending it has rules of its own, and a person follows them. The books and the audit log say so once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardGateway, GatewayError
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Payment, Posting
from sonae.apps.billing.refundable import promised_of, returned_elsewhere_of

Account = Posting.Account


def note_after_capture(*, payment: Payment, gateway: CardGateway, now: datetime) -> None:
    """Ask the processor about a payment that is captured, and write down what is new. Without an answer nothing happens."""
    try:
        seen = gateway.read_payment(session_id=payment.session_id)
    except GatewayError:
        return
    with transaction.atomic():
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if locked.allocations.exists():
            _note_refund(locked, seen.refunded_yen, now=now)
        if seen.disputed:
            _note_dispute(locked, now=now)


def _note_refund(payment: Payment, refunded_yen: int, *, now: datetime) -> None:
    """Ours are written down before they are asked for, so what goes beyond them was not ours. The premium is owed again."""
    noted = returned_elsewhere_of(payment)
    elsewhere = refunded_yen - promised_of(payment) - noted
    if elsewhere <= 0:
        return
    book(
        key=f"payment:{payment.key}:refunded_elsewhere:{noted + elsewhere}",
        postings={Account.MEMBER_RECEIVABLE: elsewhere, Account.CARD_PROCESSOR: -elsewhere},
        description="返金（決済会社で実行、保険料は未収）",
        now=now,
    )
    record(now=now, actor=f"gateway:{payment.gateway}", action="payment.refunded_elsewhere", object_kind="payment",
           object_id=payment.key, refund_yen=elsewhere)  # fmt: skip


def _note_dispute(payment: Payment, *, now: datetime) -> None:
    about = {"action": "payment.disputed", "object_kind": "payment", "object_id": payment.key}
    if not AuditEntry.objects.filter(**about).exists():
        record(now=now, actor=f"gateway:{payment.gateway}", **about)
