"""F6, F7, F11: the processor's answer is lost, broken, late, or no."""

from __future__ import annotations

import pytest
from django.db import transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.gateway import GatewayError
from sonae.apps.billing.models import Payment
from sonae.apps.enrolment.models import Application
from sonae.integrations.sandbox_card.cards import TEST_CARDS
from tests.faults.books import read_processor
from tests.faults.gateways import watched
from tests.faults.world import World

pytestmark = pytest.mark.faults

FAULTS = [
    ("hang", False), ("hang", True), ("status_500", False), ("status_500", True), ("status_429", False), ("reset", False),
    ("reset", True), ("empty", False), ("empty", True), ("broken_chunk", True), ("broken_body", True), ("slow", True),
    ("dribble", True),
]  # fmt: skip


def test_a_reply_lost_after_capture_is_one_charge_and_then_cover(world: World) -> None:
    """F6, twenty times: 確認中 first, then the certificate, and nobody had to do anything."""
    applications = []
    for _ in range(20):
        application, payment = world.authorised()
        world.break_next("capture", "lose_reply")
        assert world.settle(payment).state == Payment.State.UNKNOWN
        assert world.states(application) == ("paying", "unknown")
        applications.append(application)
    world.heal()
    assert {world.states(application) for application in applications} == {("issued", "captured")}
    assert world.books() == []


@pytest.mark.parametrize(("fault", "done"), FAULTS, ids=[f"{f}-{'after' if d else 'before'}" for f, d in FAULTS])
@pytest.mark.parametrize("operation", ["open", "capture", "void", "refund"])
def test_whatever_becomes_of_an_answer_is_settled_without_a_transaction_open(
    world: World, operation: str, fault: str, done: bool
) -> None:
    """F7: each fault five times at each call; another member buys undisturbed in between."""
    patient = 0.12 if fault in {"hang", "slow", "dribble"} else 2.0
    gateway = watched(world.processor.gateway(seconds=patient), world.database)
    calm = watched(world.gateway, world.database)
    expected = []
    for turn in range(5):
        application = world.application()
        if operation == "open":
            world.break_next("open", fault, done=done)
            with pytest.raises(GatewayError):
                world.begin(application, gateway=gateway)
            expected.append((application, ("paying", "open")))
            continue
        payment = world.begin(application, gateway=calm)
        if operation == "capture":
            world.pay(payment)
            expected.append((application, ("issued", "captured")))
        elif operation == "void":
            Application.objects.filter(pk=application.pk).update(term_premium=application.term_premium + 10)
            world.pay(payment)
            expected.append((application, ("confirmed", "closed")))
        else:
            world.pay(payment)
            held = world.gateway.read_payment(session_id=payment.session_id)
            world.gateway.capture(
                payment_id=held.payment_id, charge_yen=payment.charge_yen, key=f"foreign:{turn}:{payment.key}"
            )
            expected.append((application, ("closed", "captured")))
        world.break_next(operation, fault, done=done)
        world.settle(payment, gateway=gateway)
        if turn == 2:
            other, paid = world.authorised()
            world.settle(paid, gateway=calm)
            assert world.states(other) == ("issued", "captured")
    world.heal(gateway=calm)
    for application, outcome in expected:
        assert world.states(application) == outcome
    assert {"open": "open_checkout"}.get(operation, operation) in gateway.calls
    assert world.books() == []


def test_the_watch_sees_a_call_inside_a_transaction(world: World) -> None:
    """The control of the watch above: it must not be blind."""
    _, payment = world.authorised()
    with pytest.raises(AssertionError, match="inside a transaction"), transaction.atomic():
        world.settle(payment, gateway=watched(world.gateway, world.database))


DECLINED = {
    "card_declined": ("4000000000000002", "success"),
    "insufficient_funds": ("4000000000009995", "success"),
    "expired_card": ("4000000000000069", "success"),
    "lost_card": ("4000000000009987", "success"),
    "incorrect_cvc": ("4000000000000127", "success"),
    "authentication_failed": ("4000008400001629", "success"),
    "authentication_failed by the holder": ("4000002760003184", "failure"),
    "authentication_abandoned": ("4000002760003184", "abandon"),
}


@pytest.mark.parametrize("reason", DECLINED)
def test_a_declined_card_gives_no_cover_and_the_retry_keeps_the_quote(world: World, reason: str) -> None:
    """F11: eight ways to be declined, then another card on the same page."""
    number, challenge = DECLINED[reason]
    application = world.application()
    promised = (application.term_premium, application.quoted_on)
    payment = world.begin(application)
    assert world.pay(payment, number, challenge=challenge).location == ""
    payment = world.settle(payment)
    assert payment.failure_code == reason.partition(" ")[0]
    assert world.states(application) == ("paying", "open")
    assert world.books(settled=False) == []
    again = world.begin(application)
    assert (again.pk, again.checkout_url) == (payment.pk, payment.checkout_url)
    world.pay(again)
    world.settle(again)
    assert world.states(application) == ("issued", "captured")
    assert (application.term_premium, application.quoted_on) == promised
    assert world.books() == []


def test_3d_secure_passed_is_a_payment(world: World) -> None:
    application, payment = world.authorised("4000002760003184")
    world.settle(payment)
    assert world.states(application) == ("issued", "captured")


def test_a_capture_that_the_issuer_refuses_gives_the_hold_back_and_may_be_tried_again(world: World) -> None:
    refused = next(card.number for card in TEST_CARDS if card.behaviour.capture_fault == "declined")
    application, payment = world.authorised(refused)
    world.settle(payment)
    world.heal(minutes=5)
    assert world.states(application) == ("confirmed", "closed")
    assert world.books() == []
    second = world.begin(application)
    assert (second.key, second.charge_yen) == (payment.key[:-1] + "2", payment.charge_yen)
    world.pay(second)
    world.settle(second)
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def test_ten_declines_close_the_page_and_a_new_one_costs_the_same(world: World) -> None:
    application = world.application()
    first = world.begin(application)
    for _ in range(10):
        world.pay(first, "4000000000000002")
    second = world.begin(application)
    assert second.pk != first.pk
    assert second.charge_yen == first.charge_yen
    world.pay(second)
    world.settle(second)
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def test_a_later_dispute_takes_nothing_away(world: World) -> None:
    application, payment = world.authorised("4000000000000259")
    world.settle(payment)
    world.settle(payment, cause="webhook")
    world.heal(minutes=3)
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []
    assert read_processor(world.processor.journal)[payment.key].captured == [payment.charge_yen]


def test_a_page_that_nobody_pays_on_is_closed_and_can_be_opened_again(world: World) -> None:
    application = world.application()
    payment = world.begin(application)
    world.pass_time(hours=25)
    world.sweep()
    world.heal(minutes=2)
    assert world.states(application) == ("confirmed", "closed")
    assert world.books() == []
    assert world.begin(application).pk != payment.pk


def test_a_processor_that_is_away_for_a_day_is_asked_until_it_is_back(world: World) -> None:
    """Settled within a quarter of an hour after it has come back, though the page was opened a day before."""
    application = world.application()
    payment = world.begin(application)
    world.pay(payment)
    world.break_next("capture", "status_500", times=10_000)
    world.settle(payment)
    for _ in range(20):
        world.pass_time(minutes=70)
        world.sweep()
    assert world.states(application)[1] in {"unknown", "capturing"}
    world.processor.control("reset")
    world.at(world.now)
    world.heal()
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def test_after_six_days_without_an_answer_a_person_is_called(world: World) -> None:
    """Neither asked for ever nor forgotten: also when the processor answers questions but never captures."""
    application, payment = world.authorised()
    world.break_next("capture", "status_500", times=10_000)
    world.settle(payment)
    for _ in range(8 * 24 * 2):
        world.pass_time(minutes=30)
        world.break_next("read", "status_500")
        world.sweep()
        if world.states(application)[1] == "person":
            break
    assert world.states(application) == ("paying", "person")
    payment.refresh_from_db()
    assert 5.9 <= (world.now - payment.created_at).total_seconds() / 86_400 <= 7.5
    assert AuditEntry.objects.filter(action="payment.needs_person", object_id=payment.key).count() == 1
