"""How much of a captured payment can still go back to its card."""

from __future__ import annotations

from django.db.models import Sum

from sonae.apps.billing.models import Dispute, Payment, Posting, Refund


def refundable_of(payment: Payment) -> int:
    """Yen that nobody has given back, promised to give back or taken back by a dispute; never below nought."""
    gone = promised_of(payment) + returned_elsewhere_of(payment) + disputed_of(payment)
    return max(0, payment.charge_yen - gone)


def promised_of(payment: Payment) -> int:
    """Yen of our own refunds, carried out or written down to be. What a lost dispute has given back is none of them."""
    refunds = Refund.objects.filter(payment=payment, dispute__isnull=True)
    return refunds.aggregate(yen=Sum("refund_yen"))["yen"] or 0


def returned_elsewhere_of(payment: Payment) -> int:
    """Yen that somebody gave back on the processor's own pages, as far as we have booked it."""
    lines = Posting.objects.filter(
        entry__key__startswith=f"payment:{payment.key}:refunded_elsewhere:", account=Posting.Account.MEMBER_RECEIVABLE
    )
    return lines.aggregate(yen=Sum("posted_yen"))["yen"] or 0


def disputed_of(payment: Payment) -> int:
    """Yen that the card holder's bank has taken back: until it has decided, or for good."""
    taken = Dispute.objects.filter(payment=payment).exclude(state=Dispute.State.WON)
    return taken.aggregate(yen=Sum("dispute_yen"))["yen"] or 0


def is_in_dispute(payment: Payment) -> bool:
    """Whether the bank hasn't decided yet. Nothing is given back meanwhile: the card holder could get it twice."""
    return Dispute.objects.filter(payment=payment, state=Dispute.State.OPEN).exists()
