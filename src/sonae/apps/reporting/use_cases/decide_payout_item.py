"""A person closes an item of the work list with a reason, or opens it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.reason import said_reason
from sonae.apps.audit.record import record
from sonae.apps.reporting.locks import lock_payouts
from sonae.apps.reporting.models import PayoutDecision
from sonae.apps.reporting.payout_items import find_payout_item

Kind = PayoutDecision.Kind


class ItemGone(Exception):
    """The sums have changed since, or the item has settled itself: look at the list again."""


@transaction.atomic
def decide_payout_item(*, item: str, closed: bool, reason: str, actor: str, now: datetime) -> PayoutDecision | None:
    """The decision that holds; the same again is a quiet success, None where an item that nobody closed is opened.

    ItemGone, ReasonMissing.
    """
    reason = said_reason(reason)
    lock_payouts()
    found = find_payout_item(key=item, now=now)
    if found is None:
        raise ItemGone(item)
    if found.is_closed == closed:
        return found.decision
    kind = Kind.CLOSED if closed else Kind.OPENED
    decision = PayoutDecision.objects.create(
        item=item,
        kind=kind,
        difference_yen=found.comparison.difference_yen,
        reason=reason,
        actor=actor,
        recorded_at=now,
    )
    record(now=now, actor=actor, action=f"payout_item.{kind}", object_kind="payout_item", object_id=item[:80],
           difference_yen=decision.difference_yen)  # fmt: skip
    return decision
