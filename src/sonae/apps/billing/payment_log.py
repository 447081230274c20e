"""Moving a payment from state to state, with the trace of it. The caller holds the row's lock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardPayment
from sonae.apps.billing.models import Payment, PaymentStep
from sonae.apps.billing.payment_moves import next_check

# One question to the processor, asked to and fro: "has it been captured?"
SAME_QUESTION = {Payment.State.CAPTURING, Payment.State.UNKNOWN}


def move(payment: Payment, to_state: str, *, cause: str, now: datetime, detail: str = "") -> None:
    """Write the new state, when to look again, and the step.

    ``changed_at`` is when the question arose that the state stands for; the times of asking count from then.
    """
    from_state = payment.state
    payment.state = to_state
    if not {from_state, to_state} <= SAME_QUESTION:
        payment.changed_at = now
        payment.checks = 0
    payment.next_check_at = _next_look(payment, now=now) if to_state in Payment.DUE else None
    payment.save()
    PaymentStep.objects.create(
        payment=payment, from_state=from_state, to_state=to_state, cause=cause, detail=detail[:200], occurred_at=now
    )


def _next_look(payment: Payment, *, now: datetime) -> datetime:
    # Never none: the process may die during the call that follows, and only ``look_again_later`` calls a person.
    return next_check(checks=payment.checks, since=payment.changed_at, now=now) or now + timedelta(days=1)


def note_seen(payment: Payment, seen: CardPayment) -> None:
    """Keep what may be kept of the card: brand, last four digits, why a try was declined."""
    payment.payment_id = seen.payment_id or payment.payment_id
    payment.brand = seen.brand or payment.brand
    payment.last4 = seen.last4 or payment.last4
    if (
        seen.failure_code or payment.saved_card_id is None
    ):  # the issuer's no to a kept card is said once, when it is charged
        payment.failure_code = seen.failure_code


def look_again_later(payment: Payment, *, now: datetime) -> None:
    """Nothing could be decided: plan the next look, or hand the payment to a person when every try was made."""
    payment.checks += 1
    payment.next_check_at = next_check(checks=payment.checks, since=payment.changed_at, now=now)
    if payment.next_check_at is None and payment.state in Payment.DUE:
        move(payment, Payment.State.PERSON, cause="sweeper", now=now, detail="no answer that settles it")
        record(now=now, actor="system:billing", action="payment.needs_person", object_kind="payment",
               object_id=payment.key)  # fmt: skip
        return
    payment.save()
