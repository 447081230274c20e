"""Booking in double entry: whole yen, each booking once for each business key, balanced by a constraint of the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sonae.apps.billing.models import Charge, JournalEntry, Payment, Posting
from sonae.domain.calendar import japan_date

Account = Posting.Account


def book(*, key: str, postings: Mapping[str, int], description: str, now: datetime) -> bool:
    """Book account → yen (debit positive, credit negative). False when the key is booked already; nothing is changed then."""
    entry, is_new = JournalEntry.objects.get_or_create(
        key=key, defaults={"booked_on": japan_date(now), "recorded_at": now, "description": description}
    )
    if is_new:
        Posting.objects.bulk_create(
            Posting(entry=entry, account=account, posted_yen=yen) for account, yen in postings.items()
        )
    return is_new


def book_charge(charge: Charge, *, description: str, now: datetime) -> None:
    """Premium that is owed by the member and held for the insurer; a charge below nought is the other way round."""
    book(
        key=f"charge:{charge.key}",
        postings={Account.MEMBER_RECEIVABLE: charge.charge_yen, Account.PREMIUM_PAYABLE: -charge.charge_yen},
        description=description,
        now=now,
    )


def book_payment(payment: Payment, *, now: datetime) -> None:
    """What a captured payment brings: the processor owes it, the member no longer does."""
    book(
        key=f"payment:{payment.key}",
        postings={Account.CARD_PROCESSOR: payment.charge_yen, Account.MEMBER_RECEIVABLE: -payment.charge_yen},
        description="カード支払い",
        now=now,
    )
