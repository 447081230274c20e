"""What a payment does next, from where it stands with us and what the processor says. A table, and the times of asking again."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sonae.apps.billing.gateway import CardState
from sonae.apps.billing.models import Payment

State = Payment.State

PAGE_LIVES = timedelta(hours=24)
DAYS_OF_ASKING = 6  # the first day every ten minutes, then daily for five days, then a person


class Move(StrEnum):
    """The next act on a payment."""

    NOTHING = "nothing"
    WAIT = "wait"  # the card holder is on the page
    DECIDE = "decide"  # authorised: check everything again, then capture or release
    COMPLETE = "complete"  # captured: cover or refund
    RELEASE = "release"  # give the hold back, close the page
    CLOSE = "close"  # nothing is held, nothing was charged


def next_move(*, state: str, seen: CardState, age: timedelta) -> Move:
    """The move for our ``state``, the processor's ``seen`` and the ``age`` of the payment. States only move forward."""
    if state in {State.CAPTURED, State.CLOSED}:
        return Move.NOTHING
    if seen == CardState.CAPTURED:
        return Move.COMPLETE
    if seen in {CardState.VOIDED, CardState.EXPIRED}:
        return Move.CLOSE
    if state == State.RELEASING:
        return Move.RELEASE
    if seen == CardState.AUTHORISED:
        return Move.DECIDE
    return Move.RELEASE if age >= PAGE_LIVES else Move.WAIT


def next_check(*, checks: int, since: datetime, now: datetime) -> datetime | None:
    """When to ask the processor again about a question that is open ``since`` then; None when it is time for a person.

    30 s, 1, 2, 4 and 8 minutes, then every ten minutes for the first day, so that a payment is settled within
    a quarter of an hour after the processor has come back; then daily.
    """
    open_for = now - since
    if open_for >= timedelta(days=DAYS_OF_ASKING):
        return None
    if open_for >= timedelta(days=1):
        return now + timedelta(days=1)
    return now + timedelta(seconds=min(30 * 2 ** min(checks, 10), 600))
