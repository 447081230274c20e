"""F6, F7, F11: the processor's answer is lost, broken, late, or no."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial

import pytest
import urllib3
from django.db import transaction
from django.test import override_settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.gateway import GatewayError, GatewayRefused
from sonae.apps.billing.models import Payment, Posting
from sonae.apps.billing.use_cases import settle_payment
from sonae.apps.enrolment.models import Application
from sonae.config.web_server import THREADS
from sonae.integrations.call_out import LINES, Circuit
from sonae.integrations.sandbox_card.cards import TEST_CARDS
from sonae.integrations.sandbox_card.journal import read_entries
from tests import clock
from tests.faults.books import read_processor
from tests.faults.conftest import serve
from tests.faults.gateways import watched
from tests.faults.tab import Tab
from tests.faults.world import World, all_at_once

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
@pytest.mark.parametrize("operation", ["open", "read", "capture", "void", "refund"])
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
        if operation in {"read", "capture"}:
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
    assert {"open": "open_checkout", "read": "read_payment"}.get(operation, operation) in gateway.calls
    assert world.books() == []


def times_asked(world: World, circuit: Circuit) -> int:
    """How often a silent processor is asked about one payment that is settled twelve times."""
    application, payment = world.authorised()
    gateway = world.processor.gateway(seconds=0.1, circuit=circuit)
    world.break_next("read", "hang", times=100, seconds=0.4)
    for _ in range(12):
        assert world.settle(payment, gateway=gateway).state == Payment.State.OPEN
    calls = [entry for entry in read_entries(world.processor.journal) if entry.reference == payment.key]
    world.processor.control("reset")
    world.at(world.now)
    world.heal(minutes=11)
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []
    return sum(entry.kind == "call.dropped" for entry in calls)


def test_the_circuit_opens_and_a_silent_processor_is_left_in_peace(world: World) -> None:
    """The second line is the guard off."""
    assert times_asked(world, Circuit(limit=5)) == 5
    assert times_asked(world, Circuit(limit=10_000)) == 12


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
    for _ in range(8):
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
    for _ in range(3):
        world.settle(payment, cause="webhook")
    world.heal(minutes=3)
    assert world.states(application) == ("issued", "captured")
    assert AuditEntry.objects.filter(action="payment.disputed", object_id=payment.key).count() == 1
    assert world.books() == []
    assert read_processor(world.processor.journal)[payment.key].captured == [payment.charge_yen]


def refuse_the_page(world: World, application: Application) -> None:
    """Another call has used the key of the first page, with another sum: the processor refuses that page for good."""
    world.gateway.open_checkout(
        key=f"enrol:{application.public_id}:1:open", reference=f"enrol:{application.public_id}:1", charge_yen=50,
        description="", email="", return_url="http://127.0.0.1/a", cancel_url="http://127.0.0.1/b", language="ja", save_card=False,
    )  # fmt: skip


def test_a_page_that_is_refused_may_be_asked_for_again_at_once_with_a_new_key(world: World) -> None:
    """The refusal is kept under its key for good; nothing was opened, so a new try is safe."""
    for _ in range(5):
        application = world.application()
        refuse_the_page(world, application)
        with pytest.raises(GatewayRefused):
            world.begin(application)
        assert world.states(application) == ("confirmed", "closed")
        payment = world.begin(application)
        assert (payment.key, payment.state) == (f"enrol:{application.public_id}:2", "open")
        world.pay(payment)
        world.settle(payment)
        assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def given_back_by_hand(world: World, *, part: int) -> Application:
    """The answer to the charge is lost; before anybody asks again, somebody gives money back on the processor's own pages."""
    application, payment = world.authorised(application=world.application(risk=("retail", 9_000_000, "P100")))
    world.break_next("capture", "lose_reply")
    world.settle(payment)
    held = world.gateway.read_payment(session_id=payment.session_id)
    world.gateway.refund(
        payment_id=held.payment_id, refund_yen=payment.charge_yen // part, key=f"by hand:{payment.key}"
    )
    world.heal()
    return application


@pytest.mark.parametrize("part", [1, 2, 7])
def test_a_charge_that_was_given_back_elsewhere_buys_no_cover_and_nothing_is_given_back_twice(
    world: World, part: int
) -> None:
    """Whole or in part: what is left goes back too, and the journal says who gave what back."""
    for _ in range(3):
        application = given_back_by_hand(world, part=part)
        assert world.states(application) == ("closed", "captured")
    assert world.books() == []


def test_without_looking_at_refunds_a_charge_given_back_buys_cover(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off."""
    plain = settle_payment._mismatch
    monkeypatch.setattr(settle_payment, "_mismatch", lambda a, p, seen: plain(a, p, replace(seen, refunded_yen=0)))
    application = given_back_by_hand(world, part=1)
    assert world.states(application) == ("issued", "captured")
    assert any("0 charges kept, 1 certificates" in finding for finding in world.books())


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


def until_a_person_is_called(world: World, *, done: bool) -> tuple[Application, Payment]:
    """The charge was made, or not, and the processor has not said a word since."""
    application, payment = world.authorised()
    world.break_next("capture", "empty", done=done)
    world.settle(payment)
    payment.refresh_from_db()
    world.break_next("read", "status_500", times=10_000)
    for _ in range(60):
        world.pass_time(hours=6)
        world.sweep()
        if world.states(application)[1] == "person":
            break
    assert world.states(application) == ("paying", "person")
    world.settle(payment)
    assert world.states(application) == ("paying", "person")
    world.processor.control("reset")
    world.at(world.now)
    return application, payment


def test_an_answer_that_comes_after_a_person_was_called_still_settles_the_payment(world: World) -> None:
    """Otherwise the money would lie with us, without cover and without a way back, until somebody found it."""
    for _ in range(3):
        application, payment = until_a_person_is_called(world, done=True)
        world.settle(payment)
        assert world.states(application) == ("issued", "captured")
        world.at(clock.MORNING)
    assert world.books() == []


def test_a_hold_that_ran_out_while_a_person_was_called_sets_the_application_free(world: World) -> None:
    for _ in range(3):
        application, payment = until_a_person_is_called(world, done=False)
        world.pass_time(days=7)
        world.settle(payment)
        assert world.states(application) == ("confirmed", "closed")
        world.at(clock.MORNING)
    assert world.books() == []


def test_a_refund_made_elsewhere_after_the_cover_is_booked_once_and_a_person_can_see_it(world: World) -> None:
    """Cover stays: ending it has rules of its own. The premium is owed again, and the audit log says why."""
    application, payment = world.authorised()
    world.settle(payment)
    payment.refresh_from_db()
    third = payment.charge_yen // 3
    for turn in (1, 2):
        world.gateway.refund(payment_id=payment.payment_id, refund_yen=third, key=f"by hand:{turn}:{payment.key}")
        for _ in range(3):
            world.settle(payment, cause="webhook")
    told = AuditEntry.objects.filter(action="payment.refunded_elsewhere", object_id=payment.key)
    assert [entry.detail for entry in told.order_by("id")] == [{"refund_yen": third}] * 2
    assert world.states(application) == ("issued", "captured")
    owed = Posting.objects.filter(account="member_receivable", entry__key__contains=payment.key)
    assert sum(posting.posted_yen for posting in owed) == 2 * third - payment.charge_yen


@pytest.mark.parametrize("turn", range(3))
def test_after_six_days_without_an_answer_a_person_is_called(world: World, turn: int) -> None:
    """Neither asked for ever nor forgotten: also when the processor answers questions but never captures. Called once."""
    application, payment = world.authorised()
    world.break_next("capture", "status_500", times=10_000)
    world.settle(payment)
    for hours in [0.5] * (48 - turn) + [6] * 28:
        world.pass_time(hours=hours)
        world.break_next("read", "status_500")
        world.sweep()
        if world.states(application)[1] == "person":
            break
    assert world.states(application) == ("paying", "person")
    payment.refresh_from_db()
    assert 5.9 <= (world.now - payment.created_at).total_seconds() / 86_400 <= 7.5
    world.break_next("read", "status_500", times=10_000)
    for _ in range(8):
        world.pass_time(days=1)
        world.sweep()
        world.settle(payment)
    assert world.states(application) == ("paying", "person")
    assert AuditEntry.objects.filter(action="payment.needs_person", object_id=payment.key).count() == 1


def visitors_waits(world: World, *, lines: int) -> list[float]:
    """Eight members press "pay" while the processor answers nothing; how long a visitor waits for each page meanwhile, in
    seconds. The web server has as many threads as for real."""
    pressed = [(application, application.user) for application in (world.application() for _ in range(8))]
    for operation in ("open", "read"):
        world.break_next(operation, "hang", times=100, seconds=4)
    waits = []
    patience = urllib3.Timeout(total=TOO_LONG)
    with (
        override_settings(SONAE_CARD_TIMEOUT_SECONDS=1.3, SONAE_CARD_LINES=lines),
        serve(world, threads=THREADS) as site,
    ):
        tabs = [(Tab(site, user), f"/apply/{application.public_id}/pay/") for application, user in pressed]
        pressing = threading.Thread(target=all_at_once, args=([partial(tab.post, page) for tab, page in tabs],))
        pressing.start()
        while pressing.is_alive():
            began = time.monotonic()
            try:
                assert urllib3.request("GET", f"{site}/premium/", retries=False, timeout=patience).status == 200
            except urllib3.exceptions.TimeoutError:
                assert lines >= THREADS
            waits.append(time.monotonic() - began)
            time.sleep(0.05)
        pressing.join(30)
    world.processor.control("reset")
    world.at(world.now)
    world.heal(minutes=3)
    assert {world.states(application) for application, _ in pressed} <= {("paying", "open"), ("confirmed", "")}
    assert world.books(settled=False) == []
    return sorted(waits)


TOO_LONG = 2.0


def test_others_are_served_while_the_processor_answers_nothing(world: World) -> None:
    """F7: 95 of 100 pages within two seconds, because at most three of the four threads wait for the processor."""
    waits = visitors_waits(world, lines=LINES)
    assert waits[int(len(waits) * 0.95)] < TOO_LONG, waits


def test_with_a_line_for_every_thread_nobody_is_served_while_the_processor_is_silent(world: World) -> None:
    """The guard off."""
    assert visitors_waits(world, lines=32)[-1] >= TOO_LONG


def test_the_lines_leave_threads_of_the_web_server_free() -> None:
    assert LINES + 1 < THREADS
