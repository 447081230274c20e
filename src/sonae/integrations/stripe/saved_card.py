"""Reads what Stripe says to charging a kept card: a decline is an error of its SDK that has the payment inside."""

from __future__ import annotations

from collections.abc import Callable

import stripe

from sonae.apps.billing.gateway import GatewayUnknown, SavedCardAnswer, SavedCardOutcome

HOLDER_NEEDED = {"authentication_required"}


def charged_without_holder(create: Callable[[], stripe.PaymentIntent]) -> SavedCardAnswer:
    """The answer. What says nothing of a payment is left to whoever reads errors; an odd state raises ``GatewayUnknown``."""
    try:
        intent = create()
    except stripe.CardError as error:
        return _refused(error)
    match intent.status:
        case "requires_capture":
            return SavedCardAnswer(SavedCardOutcome.AUTHORISED, intent.id, intent.id)
        case "requires_action":
            return SavedCardAnswer(SavedCardOutcome.HOLDER_NEEDED, intent.id, intent.id, "authentication_required")
    raise GatewayUnknown("the payment has a state that it can't have yet")


def _refused(error: stripe.CardError) -> SavedCardAnswer:
    problem = error.error
    intent = getattr(problem, "payment_intent", None)
    code = getattr(problem, "decline_code", None) or error.code or "card_declined"
    if intent is None:
        raise error
    needed = {error.code, code} & HOLDER_NEEDED
    outcome = SavedCardOutcome.HOLDER_NEEDED if needed else SavedCardOutcome.DECLINED
    return SavedCardAnswer(outcome, intent.id, intent.id, "authentication_required" if needed else code)
