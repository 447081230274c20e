"""Reads Stripe's objects as ours: Checkout Session, PaymentIntent, Charge and Refund."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe import Charge, PaymentIntent

from sonae.apps.billing.gateway import (
    CardDispute,
    CardPayment,
    CardRefund,
    CardState,
    Checkout,
    DisputeState,
    GatewayUnknown,
    KeptCard,
)

if TYPE_CHECKING:
    from stripe import Dispute, Refund
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
DISPUTE_STATES = {
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "appeal_needs_response": DisputeState.LOST,
    "appeal_under_review": DisputeState.LOST,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
NO_MONEY_MOVED = {"warning_needs_response", "warning_under_review", "warning_closed", "prevented"}
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


def is_disputed(session: Session) -> bool:
    """Whether the charge of a whole session is or was in dispute; the disputes themselves are asked for apart."""
    intent = session.payment_intent
    charge = intent.latest_charge if isinstance(intent, PaymentIntent) else None
    return isinstance(charge, Charge) and charge.disputed


def read_dispute(dispute: Dispute) -> CardDispute | None:
    """None for a bank's question that has moved no money. Raises ``GatewayUnknown`` for another currency or an unknown state."""
    if dispute.status in NO_MONEY_MOVED:
        return None
    state = DISPUTE_STATES.get(dispute.status)
    if dispute.currency != "jpy" or state is None:
        raise GatewayUnknown("the reply has a dispute that can't be read")
    return CardDispute(dispute.id, dispute.amount, state)


def payment_of_intent(intent: PaymentIntent, disputes: tuple[CardDispute, ...] = ()) -> CardPayment:
    """A payment that never had a page: a kept card was charged. ``latest_charge`` is expanded. ``GatewayUnknown`` if it is odd."""
    charge = intent.latest_charge
    if intent.currency != "jpy" or isinstance(charge, str) or intent.status not in INTENT_STATES:
        raise GatewayUnknown("the reply can't be read")
    state = INTENT_STATES[intent.status]
    return CardPayment(
        session_id=intent.id,
        payment_id=intent.id,
        state=state,
        reference=getattr(intent.metadata, "reference", ""),
        charge_yen=intent.amount_received if state == CardState.CAPTURED else intent.amount,
        currency="jpy",
        refunded_yen=charge.amount_refunded if charge and state == CardState.CAPTURED else 0,
        brand=_brand(charge),
        last4=_last4(charge),
        failure_code=_failure(intent, state),
        disputes=disputes,
    )


def payment_of_session(session: Session, disputes: tuple[CardDispute, ...] = ()) -> CardPayment:
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
        disputes=disputes,
        kept_card=_kept_card(intent, charge),
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


def _kept_card(intent: PaymentIntent | None, charge: Charge | None) -> KeptCard | None:
    """Stripe charges a kept card under the record of its holder: the token names both."""
    details = charge.payment_method_details if charge else None
    if (
        intent is None
        or charge is None
        or intent.setup_future_usage != "off_session"
        or not details
        or not details.card
    ):
        return None
    holder, method = intent.customer, charge.payment_method
    if not isinstance(holder, str) or not isinstance(method, str):
        raise GatewayUnknown("the reply names no card that could be kept")
    card = details.card
    return KeptCard(f"{holder}/{method}", _brand(charge), _last4(charge), card.exp_year, card.exp_month)


def _failure(intent: PaymentIntent | None, state: CardState) -> str:
    if intent is None or state != CardState.OPEN or not intent.last_payment_error:
        return ""
    error = intent.last_payment_error
    # Fields that do not apply are left out of an error.
    return getattr(error, "decline_code", None) or getattr(error, "code", None) or "card_declined"
