"""Which messages of the processor are worth a question to it: each payment brings two that only repeat what our call was told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sonae.apps.billing.models import Payment

State = Payment.State
OF_THE_CHARGE_ITSELF = {"payment.authorised", "payment.captured"}
IN_HAND = timedelta(seconds=30)  # not longer than until the sweeper looks first


def may_be_news(payment: Payment, *, kind: str, now: datetime) -> bool:
    """Whether a message of this kind can tell us more of the payment, as it stands, than we know or are just being told."""
    if kind not in OF_THE_CHARGE_ITSELF:
        return True
    return payment.state != State.CAPTURED and not _is_in_hand(payment, now=now)


def _is_in_hand(payment: Payment, *, now: datetime) -> bool:
    """A kept card is charged within one request, which is still going on with it; if that died, the sweeper goes on."""
    is_begun = payment.saved_card_id is not None and payment.state in {State.CREATED, State.OPEN, State.CAPTURING}
    return is_begun and timedelta() <= now - payment.changed_at < IN_HAND
