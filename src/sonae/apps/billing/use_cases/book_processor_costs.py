"""What the card processor keeps for its work, out of the money that it holds for us."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Posting

Account = Posting.Account


@transaction.atomic
def book_processor_costs(*, key: str, costs_yen: int, actor: str, now: datetime) -> bool:
    """Whether it was booked now; a key that is booked already changes nothing. Costs given back are negative, nought is nothing.

    ``key`` names the line of the processor's statement, e.g. "payout:{file}:{line}".
    """
    if costs_yen == 0:
        return False
    is_new = book(
        key=f"processor_costs:{key}",
        postings={Account.PROCESSOR_COSTS: costs_yen, Account.CARD_PROCESSOR: -costs_yen},
        description="カード決済手数料" if costs_yen > 0 else "カード決済手数料の戻り",
        now=now,
    )
    if is_new:
        record(now=now, actor=actor, action="processor_costs.booked", object_kind="journal", object_id=key,
               costs_yen=costs_yen)  # fmt: skip
    return is_new
