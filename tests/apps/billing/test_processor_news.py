"""Which messages of the processor lead to a question to it, and which repeat what our own call was just told."""

from __future__ import annotations

import pytest

from sonae.apps.billing.models import Payment
from sonae.apps.billing.processor_news import may_be_news
from tests import clock

State = Payment.State


@pytest.mark.parametrize(
    ("kind", "state", "kept_card", "seconds", "news"),
    [
        ("payment.authorised", State.CAPTURED, False, 1, False),
        ("payment.captured", State.CAPTURED, False, 1, False),
        ("payment.refunded", State.CAPTURED, False, 1, True),
        ("", State.CAPTURED, False, 1, True),
        ("payment.authorised", State.OPEN, False, 1, True),  # the holder was on a page, and may have closed the window
        ("payment.authorised", State.OPEN, True, 1, False),
        ("payment.captured", State.CAPTURING, True, 29, False),
        ("payment.captured", State.CAPTURING, True, 30, True),  # whoever charged it has died: the sweeper looks as well
        ("payment.captured", State.CAPTURING, True, -5, True),  # a clock that was set back puts nothing off
        ("payment.captured", State.UNKNOWN, True, 1, True),
        ("payment.disputed", State.OPEN, True, 1, True),
    ],
)
def test_what_may_be_news(kind: str, state: str, kept_card: bool, seconds: int, news: bool) -> None:
    payment = Payment(state=state, saved_card_id=1 if kept_card else None, changed_at=clock.now())
    assert may_be_news(payment, kind=kind, now=clock.later(seconds=seconds)) is news
