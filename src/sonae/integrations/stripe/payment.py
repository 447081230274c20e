"""Reads Stripe's objects as ours: Checkout Session, PaymentIntent, Charge and Refund."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe import Charge, PaymentIntent

from sonae.apps.billing.gateway import CardPayment, CardRefund, CardState, Checkout, GatewayUnknown

if TYPE_CHECKING:
    from stripe import Refund
    from stripe.checkout import Session

INTENT_STATES = {
    "requires_payment_method": CardState.OPEN,
    "requires_confirmation": CardState.OPEN,
    "requires_action": CardState.OPEN,
    "processing": CardState.OPEN,
    "requires_capture": CardState.AUTHORISED,
    "succeeded": CardState.CAPTURED,
    "canceled": CardState.VOIDED,
}
BRANDS = {
    "visa": "VISA",
    "mastercard": "Mastercard",
    "jcb": "JCB",
    "amex": "American Express",
    "diners": "Diners Club",
}


def read_checkout(session: Session) -> Checkout:
    """A page that was opened. Raises ``GatewayUnknown`` where it has no address."""
    if not session.url or not session.id:
        raise GatewayUnknown("the page has no address")
    return Checkout(session_id=session.id, url=session.url)


def payment_of_session(session: Session) -> CardPayment:
    """A session retrieved with ``payment_intent.latest_charge`` expanded. Raises ``GatewayUnknown`` if it is odd."""
    charge_yen = session.amount_total
    if session.currency != "jpy" or type(charge_yen) is not int:
        raise GatewayUnknown("the reply is not in yen")
    intent = session.payment_intent
    if isinstance(intent, str):
        raise GatewayUnknown("the reply is not whole")
    charge = intent.latest_charge if intent else None
    if isinstance(charge, str):
        raise GatewayUnknown("the reply is not whole")
    state = _state(session, intent)
    if intent and state in (CardState.AUTHORISED, CardState.CAPTURED) and intent.amount != charge_yen:
        raise GatewayUnknown("the payment has another sum than its page")
    if intent and state == CardState.CAPTURED:
        charge_yen = intent.amount_received  # less than the page's where somebody captured a part in the dashboard
    return CardPayment(
        session_id=session.id,
        payment_id=intent.id
        if intent and state in (CardState.AUTHORISED, CardState.CAPTURED, CardState.VOIDED)
        else "",
        state=state,
        reference=session.client_reference_id or "",
        charge_yen=charge_yen,
        currency="jpy",
        refunded_yen=charge.amount_refunded if charge else 0,
        brand=_brand(charge),
        last4=_last4(charge),
        failure_code=_failure(intent, state),
        disputed=charge.disputed if charge else False,
    )


def read_refund(refund: Refund) -> CardRefund:
    """A refund that Stripe took. Raises ``GatewayUnknown`` for another currency or a refund that failed later."""
    if refund.currency != "jpy" or refund.status in ("failed", "canceled"):
        raise GatewayUnknown("the refund is not what was asked for")
    return CardRefund(refund_id=refund.id, refund_yen=refund.amount)


def _state(session: Session, intent: PaymentIntent | None) -> CardState:
    match session.status:
        case "open":
            return CardState.OPEN
        case "expired":
            return CardState.EXPIRED
        case "complete" if intent is not None and intent.status in INTENT_STATES:
            return INTENT_STATES[intent.status]
    raise GatewayUnknown("the reply has a state that does not exist")


def _brand(charge: Charge | None) -> str:
    details = charge.payment_method_details if charge else None
    brand = (details.card.brand or "") if details and details.card else ""
    return BRANDS.get(brand, brand)


def _last4(charge: Charge | None) -> str:
    details = charge.payment_method_details if charge else None
    return (details.card.last4 or "") if details and details.card else ""


def _failure(intent: PaymentIntent | None, state: CardState) -> str:
    if intent is None or state != CardState.OPEN or not intent.last_payment_error:
        return ""
    error = intent.last_payment_error
    # Fields that do not apply are left out of an error.
    return getattr(error, "decline_code", None) or getattr(error, "code", None) or "card_declined"
