"""Premium that is no longer owed goes back to the cards that paid it, the latest payment first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sonae.apps.audit.record import record
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Allocation, HandReturn, Payment, Posting, Refund
from sonae.apps.billing.refundable import refundable_of
from sonae.apps.billing.use_cases.refund_payment import write_down_refund
from sonae.apps.parties.models import Member

Account = Posting.Account


def return_premium(
    *, key: str, member: Member, charge_ids: Collection[int], return_yen: int, now: datetime
) -> list[Refund]:
    """The refunds that were written down; the caller's transaction holds the member's lock, and the sweeper carries them out.

    What no card can take back any more (it was given back on the processor's pages, or disputed) is written down to be
    transferred by hand, and the audit log calls a person.
    """
    book(
        key=f"return:{key}",
        postings={Account.MEMBER_RECEIVABLE: return_yen, Account.REFUND_PAYABLE: -return_yen},
        description="返戻保険料の返金",
        now=now,
    )
    left, refunds = return_yen, []
    paid = Allocation.objects.filter(charge_id__in=charge_ids).values("payment_id")
    for payment in Payment.objects.select_for_update().filter(pk__in=paid).order_by("-captured_at", "-pk"):
        part = min(left, refundable_of(payment))
        if part > 0:
            refunds.append(write_down_refund(payment=payment, refund_yen=part, reason=key, now=now))
            left -= part
    if left:
        _return_by_hand(key=key, member=member, return_yen=left, now=now)
        record(now=now, actor="system:billing", action="refund.no_card_left", object_kind="member", object_id=member.number,
               refund_yen=left, key=key)  # fmt: skip
    return refunds


def _return_by_hand(*, key: str, member: Member, return_yen: int, now: datetime) -> None:
    HandReturn.objects.create(key=key, member=member, return_yen=return_yen, recorded_at=now)
    book(
        key=f"hand_return:{key}",
        postings={Account.REFUND_PAYABLE: return_yen, Account.RETURN_BY_HAND: -return_yen},
        description="返戻保険料（カードに返金できないため振込予定）",
        now=now,
    )
