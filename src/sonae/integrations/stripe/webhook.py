"""Believes a Stripe webhook, or not: signature, age, account, mode and shape. It only says where to look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import stripe

from sonae.apps.billing.gateway import ForgedEvent, GatewayEvent

HEADER = "Stripe-Signature"
TOLERANCE_SECONDS = 300
KINDS = {
    "checkout.session.completed": "payment.authorised",
    "checkout.session.expired": "session.expired",
    "payment_intent.amount_capturable_updated": "payment.authorised",
    "payment_intent.succeeded": "payment.captured",
    "payment_intent.canceled": "payment.voided",
    "payment_intent.payment_failed": "payment.declined",
    "charge.captured": "payment.captured",
    "charge.refunded": "payment.refunded",
    "charge.dispute.created": "payment.disputed",
    "charge.dispute.funds_withdrawn": "payment.disputed",
    "charge.dispute.closed": "payment.dispute_closed",
    "charge.dispute.funds_reinstated": "payment.dispute_won",
}


def read_webhook(
    *, body: bytes, headers: dict[str, str], now: datetime, secret: str, account: str, live: bool
) -> GatewayEvent:
    """The event; ``kind`` is in our words where it concerns a payment, else in Stripe's. Raises ``ForgedEvent``.

    The SDK measures the age by the machine's clock; here it is measured by the moment given.
    """
    signature = next((value for name, value in headers.items() if name.lower() == HEADER.lower()), "")
    try:
        event = stripe.Webhook.construct_event(body, signature, secret, tolerance=0, api_key="unused")
    except (stripe.SignatureVerificationError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ForgedEvent(str(error)) from error
    if int(now.timestamp()) - _signed_at(signature) > TOLERANCE_SECONDS:
        raise ForgedEvent("the signature is too old")
    told: dict[str, Any] = event.to_dict()
    # Events of our own account name none; those of a connected account do.
    if told.get("account") not in (None, account) or (told.get("account") is not None and not account):
        raise ForgedEvent("the event belongs to another account")
    if told.get("livemode") is not live:
        raise ForgedEvent("a test event on a live account, or the other way round")
    data = told.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(thing, dict) or not isinstance(told.get("id"), str) or not isinstance(told.get("type"), str):
        raise ForgedEvent("the body is not an event")
    session_id, payment_id = _names(thing)
    return GatewayEvent(
        event_id=told["id"],
        kind=KINDS.get(told["type"], told["type"]),
        session_id=session_id,
        payment_id=payment_id,
        reference=_reference(thing),
    )


def _signed_at(signature: str) -> int:
    """The time of a header whose signature was already found good."""
    return int(next(part[2:] for part in signature.split(",") if part.startswith("t=")))


def _names(thing: dict[str, Any]) -> tuple[str, str]:
    """Session and payment that an event's object belongs to; "" for what it does not say."""
    match thing.get("object"):
        case "checkout.session":
            return _name(thing.get("id")), _name(thing.get("payment_intent"))
        case "payment_intent":
            return "", _name(thing.get("id"))
        case "charge" | "dispute" | "refund":
            return "", _name(thing.get("payment_intent"))
    return "", ""


def _reference(thing: dict[str, Any]) -> str:
    """Ours, which Stripe copies from the payment to its charge."""
    metadata = thing.get("metadata")
    if thing.get("object") not in {"payment_intent", "charge"} or not isinstance(metadata, dict):
        return ""
    return _name(metadata.get("reference"))


def _name(value: object) -> str:
    """An id, whether it came alone or as a whole object."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""
