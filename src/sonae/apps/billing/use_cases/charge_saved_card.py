"""Hold the sum on a kept card instead of showing a page; from there the payment is settled like every other."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.billing.gateway import CardGateway, GatewayRefused, SavedCardAnswer, SavedCardOutcome
from sonae.apps.billing.models import Payment
from sonae.apps.billing.payment_log import move
from sonae.apps.billing.purposes import frame_of, hold_payment, lock_payment
from sonae.apps.billing.use_cases.keep_card import end_unchargeable_card

State = Payment.State
# Why such a payment was closed; whoever began it leads the member to the card page.
DECLINED, HOLDER_NEEDED, NOT_CHARGEABLE = "saved_card_declined", "saved_card_holder_needed", "saved_card_gone"
REASONS = {SavedCardOutcome.DECLINED: DECLINED, SavedCardOutcome.HOLDER_NEEDED: HOLDER_NEEDED}


def charge_saved_card(*, payment: Payment, gateway: CardGateway, now: datetime) -> Payment:
    """The payment: OPEN with the sum held, RELEASING where the issuer said no, CLOSED where the card can't be charged at all.

    Settle it next. The gateway's other errors are raised; nothing is known then, and the same call may be repeated.
    """
    saved = payment.saved_card
    if payment.state != State.CREATED or saved is None:
        return payment
    reached("saved_card.before_call")
    try:
        answer = gateway.charge_saved_card(
            key=f"{payment.key}:saved",
            reference=payment.key,
            charge_yen=payment.charge_yen,
            description=frame_of(payment).description,
            token=saved.token,
        )
    except GatewayRefused as refusal:
        return _close(payment, code=refusal.code, now=now)
    reached("saved_card.after_call")
    payment = _note(payment, answer, now=now)
    reached("saved_card.committed")
    return payment


@transaction.atomic
def _note(payment: Payment, answer: SavedCardAnswer, *, now: datetime) -> Payment:
    payment = hold_payment(payment)
    if payment.state != State.CREATED:
        return payment
    payment.session_id, payment.payment_id = answer.session_id, answer.payment_id
    payment.failure_code = answer.code[:80]
    if answer.outcome == SavedCardOutcome.AUTHORISED:
        move(payment, State.OPEN, cause="saved_card", now=now)
    else:
        payment.closed_reason = REASONS[answer.outcome]
        move(payment, State.RELEASING, cause="saved_card", now=now, detail=f"{payment.closed_reason} {answer.code}")
    return payment


@transaction.atomic
def _close(payment: Payment, *, code: str, now: datetime) -> Payment:
    subject, payment = lock_payment(payment)
    if payment.state != State.CREATED:
        return payment
    payment.closed_reason, payment.failure_code = NOT_CHARGEABLE, code[:80]
    move(payment, State.CLOSED, cause="saved_card", now=now, detail=code)
    subject.set_free(now=now)
    if payment.saved_card is not None:
        end_unchargeable_card(payment.saved_card, now=now)
    return payment
