"""A payment was written down and committed: lead to its card page or charge its kept card, whatever has become of it since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sonae.apps.audit.milestones import reached
from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases.card_page import open_page_for
from sonae.apps.billing.use_cases.charge_saved_card import charge_saved_card
from sonae.apps.billing.use_cases.settle_payment import settle_payment


def begin(*, payment: Payment, gateway: CardGateway, cause: str, now: datetime) -> Payment:
    """A payment that stands at "created": its card page is opened, or its kept card charged. Raises the gateway's errors."""
    if payment.saved_card_id is None:
        return open_page_for(payment=payment, gateway=gateway, now=now)
    charge_saved_card(payment=payment, gateway=gateway, now=now)
    return settle_payment(key=payment.key, gateway=gateway, cause=cause, now=now)


def continue_payment(*, write_down: Callable[[], Payment], gateway: CardGateway, now: datetime) -> Payment:
    """The payment whose ``checkout_url`` leads on, or which is done already, or whose kept card was declined (CLOSED).

    Raises the gateway's errors.

    ``write_down`` gives the living payment of the purpose in a transaction of its own, and a new one where none lives; it is
    called again where the one that was begun before turns out to be closed.
    """
    payment = write_down()
    reached("payment.written_down")
    if payment.state == Payment.State.CREATED:
        return begin(payment=payment, gateway=gateway, cause="browser", now=now)
    # Begun before. What has become of it decides: paid, still open, or closed so that a new one may begin.
    payment = settle_payment(key=payment.key, gateway=gateway, cause="browser", now=now)
    if payment.state == Payment.State.CLOSED:
        return begin(payment=write_down(), gateway=gateway, cause="browser", now=now)
    return payment
