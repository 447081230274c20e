"""Premium that was paid is owed again, because its money went back to the card: written down and booked, once."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Payment, Posting, Receivable


def owe_again(
    *, key: str, payment: Payment, receivable_yen: int, reason: str, from_account: str, now: datetime
) -> Receivable:
    """The receivable of that key. The caller holds the payment's lock; ``from_account`` is where the money was."""
    receivable, is_new = Receivable.objects.get_or_create(
        key=key,
        defaults={"payment": payment, "receivable_yen": receivable_yen, "reason": reason, "recorded_at": now},
    )
    if is_new:
        book(
            key=key,
            postings={Posting.Account.MEMBER_RECEIVABLE: receivable_yen, from_account: -receivable_yen},
            description="返金（決済会社で実行、保険料は未収）"
            if reason == Receivable.Reason.REFUNDED_ELSEWHERE
            else "チャージバック（認められず、保険料は未収）",
            now=now,
        )
    return receivable
