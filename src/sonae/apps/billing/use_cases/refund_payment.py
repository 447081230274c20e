"""Give money back: written down first, asked for with one key until the processor has said yes, then booked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardGateway, GatewayError
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Payment, Posting, Refund
from sonae.apps.billing.payment_moves import next_check
from sonae.apps.billing.refundable import is_in_dispute

Account = Posting.Account
BANK_IS_ASKED_ABOUT = timedelta(days=1)


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


def note_refund_elsewhere(*, payment: Payment, refund_yen: int, now: datetime) -> None:
    """Money that somebody has given back on the processor's own pages: written down and booked, once, as a refund that is made."""
    refund, is_new = Refund.objects.get_or_create(
        key=f"{payment.key}:refund:elsewhere",
        defaults={
            "payment": payment,
            "refund_yen": refund_yen,
            "reason": "elsewhere",
            "created_at": now,
            "refunded_at": now,
        },
    )
    if is_new:
        _book(refund, now=now)


def carry_out_refund(*, refund: Refund, gateway: CardGateway, now: datetime) -> Refund:
    """Ask the processor, with the same key however often, and book the answer once. Unknown outcomes are asked again later.

    While the card holder's bank has taken the charge back nothing is given back: it would be given twice.
    """
    if refund.refunded_at is not None:
        return refund
    if is_in_dispute(refund.payment):
        return _wait_for_bank(refund, now=now)
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
            _book(locked, now=now)
    reached("refund.committed")
    return locked


def _book(refund: Refund, *, now: datetime) -> None:
    book(
        key=refund.key,
        postings={Account.REFUND_PAYABLE: refund.refund_yen, Account.CARD_PROCESSOR: -refund.refund_yen},
        description=f"返金 {refund.reason}",
        now=now,
    )
    record(now=now, actor="system:billing", action="payment.refunded", object_kind="payment",
           object_id=refund.payment.key, refund_yen=refund.refund_yen, reason=refund.reason)  # fmt: skip


@transaction.atomic
def _wait_for_bank(refund: Refund, *, now: datetime) -> Refund:
    """Look again tomorrow, however long the bank takes; its decision is noted with the charge, and may come before."""
    refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund.pk)
    if refund.refunded_at is None and is_in_dispute(refund.payment):
        refund.next_check_at = now + BANK_IS_ASKED_ABOUT
        refund.save(update_fields=["next_check_at"])
    return refund


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
