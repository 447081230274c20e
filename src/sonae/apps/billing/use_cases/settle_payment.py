"""The one function that settles a payment: the browser's return, the webhook and the sweeper all come here.

Database, then a call out with no transaction open, then database. Every intention is committed before the call that
carries it out, so a process may die anywhere and the next caller goes on from there. What is paid for is carried out only on
capture; what that is, and what is checked before, its purpose says (``billing/purposes.py``).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.billing.gateway import CardGateway, CardPayment, CardState, GatewayError, GatewayRefused
from sonae.apps.billing.models import Payment, Refund
from sonae.apps.billing.payment_log import look_again_later, move, note_seen
from sonae.apps.billing.payment_moves import Move, next_move
from sonae.apps.billing.processor_news import may_be_news
from sonae.apps.billing.purposes import Subject, hold_payment, lock_payment
from sonae.apps.billing.use_cases.keep_card import keep_card
from sonae.apps.billing.use_cases.note_after_capture import note_after_capture
from sonae.apps.billing.use_cases.owe_back import owe_back
from sonae.apps.billing.use_cases.refund_payment import carry_out_refund

State = Payment.State
PATIENCE = timedelta(hours=1)
# Answers that settle even a payment that a person has been called for, whenever they come at last.
DECISIVE = {CardState.CAPTURED, CardState.VOIDED, CardState.EXPIRED}
# Who wants to know what has become of a charge since; a member who looks at the page isn't made to wait for that.
ASKS_AFTER_THE_CHARGE = {"webhook", "sweeper"}


def settle_payment(*, key: str, gateway: CardGateway, cause: str, now: datetime) -> Payment:
    """Bring the payment as far as it can go now and return it. Never raises the gateway's errors: unknown stays 確認中."""
    payment = Payment.objects.get(key=key)
    if payment.state in {State.CAPTURED, State.CLOSED} or not payment.session_id:
        if payment.state == State.CAPTURED and cause in ASKS_AFTER_THE_CHARGE:
            note_after_capture(payment=payment, gateway=gateway, now=now)
        # After it: what the card holder's bank has taken back must not be given back as well.
        _refund_what_is_owed(payment, gateway=gateway, now=now)
        return payment
    try:
        seen = gateway.read_payment(session_id=payment.session_id)
    except GatewayError:
        payment = _later(payment, now=now)
        payment.answered = False
        return payment
    reached("settle.read")
    if payment.state == State.PERSON and seen.state not in DECISIVE:
        return payment
    return _act(payment, seen, gateway=gateway, cause=cause, now=now)


def settle_told(*, key: str, kind: str, gateway: CardGateway, now: datetime) -> Payment:
    """Settle the payment because a message of this kind came."""
    payment = Payment.objects.get(key=key)
    if not may_be_news(payment, kind=kind, now=now):
        return payment
    return settle_payment(key=key, gateway=gateway, cause="webhook", now=now)


def _act(payment: Payment, seen: CardPayment, *, gateway: CardGateway, cause: str, now: datetime) -> Payment:
    match next_move(state=payment.state, seen=seen.state, age=now - payment.created_at):
        case Move.WAIT:
            return _wait(payment, seen, now=now)
        case Move.DECIDE:
            return _decide_and_capture(payment, seen, gateway=gateway, cause=cause, now=now)
        case Move.COMPLETE:
            return _complete(payment, seen, gateway=gateway, cause=cause, now=now)
        case Move.RELEASE:
            return _release(payment, seen, gateway=gateway, cause=cause, now=now)
        case Move.CLOSE:
            return _close(payment, seen, cause=cause, now=now)
        case Move.NOTHING:
            return payment


def _decide_and_capture(
    payment: Payment, seen: CardPayment, *, gateway: CardGateway, cause: str, now: datetime
) -> Payment:
    payment = _decide(payment, seen, cause=cause, now=now)
    if payment.state == State.RELEASING:
        return _release(payment, seen, gateway=gateway, cause=cause, now=now)
    if payment.state != State.CAPTURING:
        return payment
    reached("capture.before_call")
    try:
        done = gateway.capture(payment_id=seen.payment_id, charge_yen=payment.charge_yen, key=f"{payment.key}:capture")
    except GatewayRefused as refusal:
        return _begin_release(payment, reason=f"capture_{refusal.code}"[:80], cause=cause, now=now)
    except GatewayError:
        return _unknown(payment, cause=cause, now=now)
    reached("capture.after_call")
    if done.state != CardState.CAPTURED:
        return _later(payment, now=now)
    return _complete(payment, done, gateway=gateway, cause=cause, now=now)


@transaction.atomic
def _decide(payment: Payment, seen: CardPayment, *, cause: str, now: datetime) -> Payment:
    """Authorised: check all again under lock, then write down whether to capture or to let go."""
    subject, payment = lock_payment(payment)
    if payment.state not in {State.OPEN, State.CAPTURING, State.UNKNOWN}:
        return payment
    note_seen(payment, seen)
    obstacle = _mismatch(subject, payment, seen) or subject.find_obstacle(now=now)
    if obstacle is not None:
        payment.closed_reason = obstacle
        move(payment, State.RELEASING, cause=cause, now=now, detail=obstacle)
    else:
        move(payment, State.CAPTURING, cause=cause, now=now)
    return payment


def _mismatch(subject: Subject, payment: Payment, seen: CardPayment) -> str | None:
    """What was authorised must be exactly what was asked for (yen have no minor unit, in both directions), and what was
    asked for must still be what the purpose costs."""
    same = (seen.charge_yen, seen.currency.lower(), seen.reference) == (payment.charge_yen, "jpy", payment.key)
    if not same:
        return "authorised_otherwise"
    if seen.refunded_yen:
        return "refunded_elsewhere"
    return subject.find_mismatch(payment)


def _complete(payment: Payment, seen: CardPayment, *, gateway: CardGateway, cause: str, now: datetime) -> Payment:
    """Captured: in one transaction the money is booked and its purpose carried out, or the money is owed back."""
    try:
        with transaction.atomic():
            payment = _complete_locked(payment, seen, cause=cause, now=now, may_fulfil=True)
    except (OperationalError, InterfaceError):
        raise  # the database is away: nothing is decided by that
    except Exception as error:
        stands_in_the_way = isinstance(error, (IntegrityError, DataError))
        if not stands_in_the_way and now - payment.changed_at < PATIENCE:
            raise  # the sweeper tries again; nobody's money waits longer than that for a mended program
        with transaction.atomic():
            payment = _complete_locked(payment, seen, cause=cause, now=now, may_fulfil=False)
    reached("complete.committed")
    _refund_what_is_owed(payment, gateway=gateway, now=now)
    return payment


def _complete_locked(payment: Payment, seen: CardPayment, *, cause: str, now: datetime, may_fulfil: bool) -> Payment:
    subject, payment = lock_payment(payment)
    if payment.state == State.CAPTURED:
        return payment
    expected = _was_asked_for(payment) and _mismatch(subject, payment, seen) is None
    note_seen(payment, seen)
    payment.captured_at = now
    move(payment, State.CAPTURED, cause=cause, now=now)
    fulfilled = may_fulfil and expected
    if fulfilled:
        subject.fulfil(payment=payment, now=now)
    else:
        _keep_for_refund(subject, payment, seen, now=now)
    keep_card(payment=payment, seen=seen, fulfilled=fulfilled, now=now)
    reached("complete.before_commit")
    return payment


def _keep_for_refund(subject: Subject, payment: Payment, seen: CardPayment, *, now: datetime) -> None:
    owe_back(payment=payment, seen=seen, now=now)
    subject.note_owed_back(payment=payment, captured_yen=seen.charge_yen, now=now)


def _was_asked_for(payment: Payment) -> bool:
    """Whether we had decided to capture; also if a person was called because no answer came."""
    state = payment.state
    if state == State.PERSON:
        state = payment.steps.filter(to_state=State.PERSON).latest("id").from_state
    return state in {State.CAPTURING, State.UNKNOWN}


def _release(payment: Payment, seen: CardPayment, *, gateway: CardGateway, cause: str, now: datetime) -> Payment:
    if payment.state != State.RELEASING:
        payment = _begin_release(payment, reason=payment.closed_reason or "page_left", cause=cause, now=now)
        if payment.state != State.RELEASING:
            return payment
    reached("release.before_call")
    try:
        done = gateway.void(session_id=payment.session_id, payment_id=seen.payment_id, key=f"{payment.key}:void")
    except GatewayError:
        return _later(payment, now=now)
    reached("release.after_call")
    if done.state == CardState.CAPTURED:
        return _complete(payment, done, gateway=gateway, cause=cause, now=now)
    if done.state not in {CardState.VOIDED, CardState.EXPIRED}:
        return _later(payment, now=now)
    return _close(payment, done, cause=cause, now=now)


@transaction.atomic
def _begin_release(payment: Payment, *, reason: str, cause: str, now: datetime) -> Payment:
    payment = hold_payment(payment)
    if payment.state in {State.OPEN, State.CAPTURING, State.UNKNOWN}:
        payment.closed_reason = reason
        move(payment, State.RELEASING, cause=cause, now=now, detail=reason)
    return payment


@transaction.atomic
def _close(payment: Payment, seen: CardPayment, *, cause: str, now: datetime) -> Payment:
    """Nothing is held and nothing was charged: its purpose may be paid again, or changed."""
    subject, payment = lock_payment(payment)
    if payment.state in {State.CAPTURED, State.CLOSED}:
        return payment
    note_seen(payment, seen)
    payment.closed_reason = payment.closed_reason or seen.state
    move(payment, State.CLOSED, cause=cause, now=now, detail=payment.closed_reason)
    subject.set_free(now=now)
    return payment


@transaction.atomic
def _wait(payment: Payment, seen: CardPayment, *, now: datetime) -> Payment:
    payment = hold_payment(payment)
    if payment.state in Payment.DUE:
        note_seen(payment, seen)
        look_again_later(payment, now=now)
    return payment


@transaction.atomic
def _unknown(payment: Payment, *, cause: str, now: datetime) -> Payment:
    payment = hold_payment(payment)
    if payment.state == State.CAPTURING:
        move(payment, State.UNKNOWN, cause=cause, now=now)
        look_again_later(payment, now=now)
    return payment


@transaction.atomic
def _later(payment: Payment, *, now: datetime) -> Payment:
    payment = hold_payment(payment)
    if payment.state in Payment.DUE:
        look_again_later(payment, now=now)
    return payment


def _refund_what_is_owed(payment: Payment, *, gateway: CardGateway, now: datetime) -> None:
    for refund in Refund.objects.filter(payment=payment, refunded_at__isnull=True).select_related("payment"):
        carry_out_refund(refund=refund, gateway=gateway, now=now)
