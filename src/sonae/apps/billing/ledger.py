"""Booking in double entry: whole yen, each booking once for each business key, balanced by a constraint of the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sonae.apps.billing.models import JournalEntry, Posting
from sonae.domain.calendar import japan_date


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
