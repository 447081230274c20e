"""How much of a captured payment can still go back to its card."""

from __future__ import annotations

from django.db.models import Sum

from sonae.apps.billing.models import Payment, Posting, Refund


def refundable_of(payment: Payment) -> int:
    """Yen that nobody has given back or promised to give back."""
    return payment.charge_yen - promised_of(payment) - returned_elsewhere_of(payment)


def promised_of(payment: Payment) -> int:
    """Yen of our own refunds, carried out or written down to be."""
    return Refund.objects.filter(payment=payment).aggregate(yen=Sum("refund_yen"))["yen"] or 0


def returned_elsewhere_of(payment: Payment) -> int:
    """Yen that somebody gave back on the processor's own pages, as far as we have booked it."""
    lines = Posting.objects.filter(
        entry__key__startswith=f"payment:{payment.key}:refunded_elsewhere:", account=Posting.Account.MEMBER_RECEIVABLE
    )
    return lines.aggregate(yen=Sum("posted_yen"))["yen"] or 0
