"""A captured payment whose purpose can't be carried out: the whole sum is owed back to the card."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardPayment
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Payment, Posting
from sonae.apps.billing.use_cases.refund_payment import note_refund_elsewhere, write_down_refund

Account = Posting.Account


def owe_back(*, payment: Payment, seen: CardPayment, now: datetime) -> None:
    """Book it and write the refund down, less what the processor gave back already. In the caller's transaction."""
    captured_yen = seen.charge_yen
    book(
        key=f"payment:{payment.key}",
        postings={Account.CARD_PROCESSOR: captured_yen, Account.REFUND_PAYABLE: -captured_yen},
        description="カード支払い（返金予定）",
        now=now,
    )
    if captured_yen > seen.refunded_yen:
        write_down_refund(payment=payment, refund_yen=captured_yen - seen.refunded_yen, reason="no_cover", now=now)
    if seen.refunded_yen:
        note_refund_elsewhere(payment=payment, refund_yen=seen.refunded_yen, now=now)
    record(now=now, actor="system:billing", action="payment.owed_back", object_kind="payment", object_id=payment.key,
           captured_yen=captured_yen, refunded_yen=seen.refunded_yen)  # fmt: skip
