"""Give money back: written down first, asked for with one key until the processor has said yes, then booked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardGateway, GatewayError
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Payment, Posting, Refund
from sonae.apps.billing.payment_moves import next_check

Account = Posting.Account


def write_down_refund(*, payment: Payment, refund_yen: int, reason: str, now: datetime) -> Refund:
    """The refund for this reason, once. Call it in the transaction that finds that the money must go back."""
    refund, _ = Refund.objects.get_or_create(
        key=f"{payment.key}:refund:{reason}",
        defaults={
            "payment": payment,
            "refund_yen": refund_yen,
            "reason": reason,
            "created_at": now,
            "next_check_at": now,
        },
    )
    return refund


def carry_out_refund(*, refund: Refund, gateway: CardGateway, now: datetime) -> Refund:
    """Ask the processor, with the same key however often, and book the answer once. Unknown outcomes are asked again later."""
    if refund.refunded_at is not None:
        return refund
    reached("refund.before_call")
    try:
        done = gateway.refund(payment_id=refund.payment.payment_id, refund_yen=refund.refund_yen, key=refund.key)
    except GatewayError:
        return ask_again_later(refund, now=now)
    reached("refund.after_call")
    with transaction.atomic():
        locked = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund.pk)
        if locked.refunded_at is None:
            locked.refunded_at, locked.refund_id, locked.next_check_at = now, done.refund_id, None
            locked.save()
            book(
                key=locked.key,
                postings={Account.REFUND_PAYABLE: locked.refund_yen, Account.CARD_PROCESSOR: -locked.refund_yen},
                description=f"返金 {locked.reason}",
                now=now,
            )
            record(now=now, actor="system:billing", action="payment.refunded", object_kind="payment",
                   object_id=locked.payment.key, refund_yen=locked.refund_yen)  # fmt: skip
    reached("refund.committed")
    return locked


@transaction.atomic
def ask_again_later(refund: Refund, *, now: datetime) -> Refund:
    """Plan the next try, unless somebody else has had the answer meanwhile; after the last one a person is called, once."""
    refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund.pk)
    if refund.refunded_at is not None:
        return refund
    was_planned = refund.next_check_at is not None
    refund.checks += 1
    refund.next_check_at = next_check(checks=refund.checks, since=refund.created_at, now=now)
    refund.save(update_fields=["checks", "next_check_at"])
    if refund.next_check_at is None and was_planned:
        record(now=now, actor="system:billing", action="refund.needs_person", object_kind="payment",
               object_id=refund.payment.key, refund_yen=refund.refund_yen)  # fmt: skip
    return refund
