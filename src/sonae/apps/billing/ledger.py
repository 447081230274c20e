"""Booking in double entry: whole yen, each booking once for each business key, balanced by a constraint of the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from sonae.apps.billing.models import Charge, Payment, Posting
from sonae.domain.calendar import japan_date

Account = Posting.Account
# Entry and postings in one statement: every charge and every payment waits for it with locks held.
BOOK = """
    WITH entry AS (
        INSERT INTO billing_journalentry (key, booked_on, recorded_at, description)
        VALUES (%(key)s, %(booked_on)s, %(now)s, %(description)s) ON CONFLICT DO NOTHING RETURNING id
    )
    INSERT INTO billing_posting (entry_id, account, posted_yen)
    SELECT entry.id, line.account, line.posted_yen
    FROM entry, unnest(%(accounts)s::text[], %(yen)s::bigint[]) AS line (account, posted_yen)
"""


def book(*, key: str, postings: Mapping[str, int], description: str, now: datetime) -> bool:
    """Book account → yen (debit positive, credit negative). False when the key is booked already; nothing is changed then."""
    with connection.cursor() as cursor:
        cursor.execute(
            BOOK,
            {
                "key": key, "booked_on": japan_date(now), "now": now, "description": description,
                "accounts": [str(account) for account in postings], "yen": list(postings.values()),
            },
        )  # fmt: skip
        return bool(cursor.rowcount > 0)


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
