"""What every card gateway promises, tried on each of them with its own server over real sockets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from sonae.apps.billing.gateway import (
    CardState,
    DisputeState,
    ForgedEvent,
    GatewayError,
    GatewayRefused,
    GatewayUnavailable,
    GatewayUnknown,
)
from sonae.integrations.call_out import Circuit
from sonae.integrations.sandbox_card.gateway import SandboxCardGateway
from sonae.integrations.stripe.gateway import StripeGateway
from tests.integrations.card_worlds import ACCOUNT, WORLDS, Applicant, World

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SHORT = 0.25


@pytest.fixture(scope="module", params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = WORLDS[request.param](tmp_path_factory.mktemp(request.param))
    yield world
    world.stop()


@pytest.fixture
def applicant(world: World) -> Applicant:
    return Applicant(world)


# --- the way from the page to the charge ------------------------------------------------------------------------------


def test_a_new_page_waits_and_nothing_is_held(world: World, applicant: Applicant) -> None:
    checkout = applicant.open(reference="waits")
    payment = world.gateway.read_payment(session_id=checkout.session_id)
    assert checkout.url.startswith("http")
    assert (payment.state, payment.payment_id, payment.reference) == (CardState.OPEN, "", "waits")
    assert (payment.charge_yen, payment.currency, payment.refunded_yen) == (64940, "jpy", 0)


def test_paying_on_the_page_holds_the_sum_and_charges_nothing(world: World, applicant: Applicant) -> None:
    reference, session_id, payment_id = applicant.authorised()
    payment = world.gateway.read_payment(session_id=session_id)
    assert payment.state == CardState.AUTHORISED
    assert payment_id
    assert world.captures(reference) == []


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4242424242424242", "VISA"),
        ("5555555555554444", "Mastercard"),
        ("3530111333300000", "JCB"),
        ("378282246310005", "American Express"),
        ("30569309025904", "Diners Club"),
    ],
)
def test_the_five_brands_are_named_as_the_programme_names_them(
    world: World, applicant: Applicant, number: str, brand: str
) -> None:
    checkout = applicant.open()
    world.pay(checkout, number)
    payment = world.gateway.read_payment(session_id=checkout.session_id)
    assert (payment.brand, payment.last4) == (brand, number[-4:])


@pytest.mark.parametrize("charge_yen", [50, 12_345, 64_940, 1_000_000, 9_999_999])
def test_yen_have_no_minor_unit_in_either_direction(world: World, applicant: Applicant, charge_yen: int) -> None:
    reference, session_id, payment_id = applicant.authorised(charge_yen=charge_yen)
    captured = world.gateway.capture(payment_id=payment_id, charge_yen=charge_yen, key=f"capture:{reference}")
    refund = world.gateway.refund(payment_id=payment_id, refund_yen=charge_yen - 1, key=f"refund:{reference}")
    after = world.gateway.read_payment(session_id=session_id)
    assert (captured.charge_yen, refund.refund_yen, after.refunded_yen) == (charge_yen, charge_yen - 1, charge_yen - 1)
    assert (world.captures(reference), world.refunds(reference)) == ([charge_yen], [charge_yen - 1])


def test_capturing_what_is_captured_answers_with_it(world: World, applicant: Applicant) -> None:
    reference, _, payment_id = applicant.authorised()
    first = world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    again = world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"other:{reference}")
    assert first == again
    assert first.state == CardState.CAPTURED
    assert world.captures(reference) == [64940]


def test_only_the_whole_authorised_sum_is_captured(world: World, applicant: Applicant) -> None:
    reference, _, payment_id = applicant.authorised()
    with pytest.raises(GatewayRefused):
        world.gateway.capture(payment_id=payment_id, charge_yen=64939, key=f"capture:{reference}")
    assert world.captures(reference) == []


def test_eight_parallel_captures_with_one_key_charge_once(world: World, applicant: Applicant) -> None:
    reference, session_id, payment_id = applicant.authorised()
    start = threading.Barrier(8)

    def capture() -> None:
        start.wait()
        world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")

    threads = [threading.Thread(target=capture) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.captures(reference) == [64940]
    assert world.gateway.read_payment(session_id=session_id).state == CardState.CAPTURED


# --- the way back -----------------------------------------------------------------------------------------------------


def test_voiding_gives_the_authorisation_back_and_forbids_the_charge(world: World, applicant: Applicant) -> None:
    reference, session_id, payment_id = applicant.authorised()
    voided = world.gateway.void(session_id=session_id, payment_id=payment_id, key=f"void:{reference}")
    again = world.gateway.void(session_id=session_id, payment_id=payment_id, key=f"void2:{reference}")
    assert voided.state == again.state == CardState.VOIDED
    with pytest.raises(GatewayRefused):
        world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    assert world.captures(reference) == []


def test_voiding_a_page_that_nobody_paid_on_closes_it(world: World, applicant: Applicant) -> None:
    checkout = applicant.open(reference="closed")
    closed = world.gateway.void(session_id=checkout.session_id, payment_id="", key="void:closed")
    assert closed.state == CardState.EXPIRED


def test_a_captured_payment_is_refunded_not_voided(world: World, applicant: Applicant) -> None:
    reference, session_id, payment_id = applicant.authorised()
    world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    with pytest.raises(GatewayRefused):
        world.gateway.void(session_id=session_id, payment_id=payment_id, key=f"void:{reference}")
    assert world.gateway.read_payment(session_id=session_id).state == CardState.CAPTURED


def test_refunds_add_up_and_never_exceed_the_charge(world: World, applicant: Applicant) -> None:
    reference, session_id, payment_id = applicant.authorised()
    world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    first = world.gateway.refund(payment_id=payment_id, refund_yen=60000, key=f"refund:{reference}:1")
    repeated = world.gateway.refund(payment_id=payment_id, refund_yen=60000, key=f"refund:{reference}:1")
    assert first == repeated
    with pytest.raises(GatewayRefused):
        world.gateway.refund(payment_id=payment_id, refund_yen=4941, key=f"refund:{reference}:2")
    world.gateway.refund(payment_id=payment_id, refund_yen=4940, key=f"refund:{reference}:3")
    assert world.gateway.read_payment(session_id=session_id).refunded_yen == 64940
    assert world.refunds(reference) == [60000, 4940]


def test_a_held_payment_has_nothing_to_refund(world: World, applicant: Applicant) -> None:
    reference, _, payment_id = applicant.authorised()
    with pytest.raises(GatewayRefused):
        world.gateway.refund(payment_id=payment_id, refund_yen=1, key=f"refund:{reference}")
    assert world.refunds(reference) == []


def test_a_dispute_shows_when_the_payment_is_read(world: World, applicant: Applicant) -> None:
    reference, session_id, payment_id = applicant.authorised()
    world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    world.dispute(payment_id)
    payment = world.gateway.read_payment(session_id=session_id)
    assert (payment.disputed, payment.state) == (True, CardState.CAPTURED)
    (dispute,) = payment.disputes
    assert (dispute.dispute_yen, dispute.state) == (64940, DisputeState.OPEN)


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_dispute_keeps_its_name_until_the_bank_has_decided(world: World, applicant: Applicant, outcome: str) -> None:
    reference, session_id, payment_id = applicant.authorised()
    world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    world.gateway.refund(payment_id=payment_id, refund_yen=940, key=f"refund:{reference}")
    world.dispute(payment_id)
    (opened,) = world.gateway.read_payment(session_id=session_id).disputes
    assert (opened.dispute_yen, opened.state) == (64000, DisputeState.OPEN)
    with pytest.raises(GatewayRefused):
        world.gateway.refund(payment_id=payment_id, refund_yen=1, key=f"meanwhile:{reference}")
    world.close_dispute(payment_id, outcome)
    (closed,) = world.gateway.read_payment(session_id=session_id).disputes
    assert closed == replace(opened, state=DisputeState(outcome))
    assert world.refunds(reference) == [940]


def test_a_dispute_that_was_lost_may_still_be_won_under_its_name(world: World, applicant: Applicant) -> None:
    reference, session_id, payment_id = applicant.authorised()
    world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    world.dispute(payment_id)
    seen = []
    for outcome in ("lost", "won"):
        world.close_dispute(payment_id, outcome)
        seen += world.gateway.read_payment(session_id=session_id).disputes
    assert seen == [replace(seen[0], state=DisputeState(outcome)) for outcome in ("lost", "won")]


@pytest.mark.parametrize(
    "number",
    [
        "4000000000000002",
        "4000000000009995",
        "4000000000000069",
        "4000000000009987",
        "4000000000000127",
        "4000008400001629",
    ],
)
def test_a_declined_try_leaves_the_page_open_for_another_card(world: World, applicant: Applicant, number: str) -> None:
    checkout = applicant.open()
    world.pay(checkout, number)
    declined = world.gateway.read_payment(session_id=checkout.session_id)
    assert (declined.state, declined.payment_id) == (CardState.OPEN, "")
    assert declined.failure_code
    world.pay(checkout)
    paid = world.gateway.read_payment(session_id=checkout.session_id)
    assert (paid.state, paid.failure_code) == (CardState.AUTHORISED, "")


def test_what_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(GatewayRefused) as refused:
        world.gateway.read_payment(session_id="cs_nobody")
    assert refused.value.code == "resource_missing"
    with pytest.raises(GatewayRefused):
        world.gateway.capture(payment_id="pi_nobody", charge_yen=1, key="nobody")


# --- keys -------------------------------------------------------------------------------------------------------------


def test_the_same_key_opens_the_same_page(world: World, applicant: Applicant) -> None:
    first = applicant.open(reference="same-page")
    again = applicant.open(reference="same-page")
    assert first == again
    assert world.sessions("same-page") == 1


def test_the_same_key_with_another_sum_is_refused(world: World, applicant: Applicant) -> None:
    applicant.open(reference="other-sum")
    with pytest.raises(GatewayRefused) as refused:
        applicant.open(reference="other-sum", charge_yen=1000)
    assert refused.value.code == "idempotency_key_reused"
    assert world.sessions("other-sum") == 1


def test_the_same_key_gives_the_first_refusal_again(world: World, applicant: Applicant) -> None:
    reference, _, payment_id = applicant.authorised()
    codes = []
    with pytest.raises(GatewayRefused) as first:
        world.gateway.refund(payment_id=payment_id, refund_yen=100, key=f"refund:{reference}")
    codes.append(first.value.code)
    world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    with pytest.raises(GatewayRefused) as second:
        world.gateway.refund(payment_id=payment_id, refund_yen=100, key=f"refund:{reference}")
    assert [*codes, second.value.code] == [codes[0], codes[0]]
    assert world.refunds(reference) == []


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.faults
def test_a_reply_lost_after_the_charge_is_unknown_and_then_one_charge(world: World, applicant: Applicant) -> None:
    """F6, twenty times: the charge is made, the answer never comes, the same key finds it again."""
    for _ in range(20):
        reference, session_id, payment_id = applicant.authorised()
        world.break_next("capture", "empty", done=True)
        with pytest.raises(GatewayUnknown):
            world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
        assert world.gateway.read_payment(session_id=session_id).state == CardState.CAPTURED
        again = world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
        assert again.state == CardState.CAPTURED
        assert world.captures(reference) == [64940]


@pytest.mark.faults
@pytest.mark.parametrize("done", [True, False], ids=["carried-out", "not-carried-out"])
@pytest.mark.parametrize(
    "fault", ["hang", "status_500", "status_429", "reset", "empty", "broken_chunk", "broken_body", "slow", "dribble"]
)
def test_every_broken_answer_is_unknown_and_ends_in_one_charge(
    world: World, applicant: Applicant, fault: str, done: bool
) -> None:
    """F7, five times each: nobody knows, then the same key settles it, and the outside witness saw one charge."""
    gateway = world.new_gateway(seconds=SHORT)
    done = done or fault in ("slow", "dribble")
    for _ in range(5):
        reference, session_id, payment_id = applicant.authorised()
        world.break_next("capture", fault, done=done)
        began = time.monotonic()
        with pytest.raises(GatewayUnknown):
            gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
        assert time.monotonic() - began < 2, "the caller was held longer than its deadline"
        expected = CardState.CAPTURED if done else CardState.AUTHORISED
        assert world.gateway.read_payment(session_id=session_id).state == expected
        world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
        assert world.captures(reference) == [64940]


@pytest.mark.faults
@pytest.mark.parametrize("operation", ["open", "void", "refund"])
def test_a_lost_reply_of_any_call_is_settled_by_its_key(world: World, applicant: Applicant, operation: str) -> None:
    for _ in range(5):
        reference, session_id, payment_id = applicant.authorised()
        if operation == "refund":
            world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")

        def call(reference: str = reference, session_id: str = session_id, payment_id: str = payment_id) -> Any:
            match operation:
                case "open":
                    return applicant.open(reference=f"{reference}-second")
                case "void":
                    key = f"void:{reference}"
                    return world.gateway.void(session_id=session_id, payment_id=payment_id, key=key)
            return world.gateway.refund(payment_id=payment_id, refund_yen=40, key=f"refund:{reference}")

        world.break_next(operation, "reset", done=True)
        with pytest.raises(GatewayUnknown):
            call()
        assert call() == call()
        assert world.sessions(f"{reference}-second") == (operation == "open")
        assert world.refunds(reference) == ([40] if operation == "refund" else [])


@pytest.mark.faults
def test_a_lost_read_is_unknown_too(world: World, applicant: Applicant) -> None:
    checkout = applicant.open()
    world.break_next("read", "status_500", done=False)
    with pytest.raises(GatewayUnknown):
        world.gateway.read_payment(session_id=checkout.session_id)


def test_a_new_key_after_a_lost_refund_pays_twice(world: World, applicant: Applicant) -> None:
    """The guard switched off: without the stored key the money goes out twice. This is what the key is for."""
    reference, _, payment_id = applicant.authorised()
    world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{reference}")
    world.break_next("refund", "empty", done=True)
    with pytest.raises(GatewayUnknown):
        world.gateway.refund(payment_id=payment_id, refund_yen=100, key=f"refund:{reference}:first")
    world.gateway.refund(payment_id=payment_id, refund_yen=100, key=f"refund:{reference}:second")
    assert world.refunds(reference) == [100, 100]


def test_nobody_there_means_not_attempted(world: World) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with override_settings(
        SONAE_SANDBOX_CARD_URL=f"http://127.0.0.1:{port}", SONAE_STRIPE_API_BASE=f"http://127.0.0.1:{port}"
    ):
        gateway = SandboxCardGateway() if world.gateway.name == "sandbox_card" else StripeGateway()
    with pytest.raises(GatewayUnavailable):
        gateway.read_payment(session_id="cs_1")


def test_a_key_that_is_not_ours_means_not_attempted(world: World, applicant: Applicant) -> None:
    with override_settings(SONAE_SANDBOX_CARD_KEY="sk_wrong", SONAE_STRIPE_KEY="sk_wrong"):
        if world.gateway.name == "sandbox_card":
            with override_settings(SONAE_SANDBOX_CARD_URL=world.server.url):  # type: ignore[attr-defined]
                stranger: Any = SandboxCardGateway()
        else:
            with override_settings(SONAE_STRIPE_API_BASE=world.server.url):  # type: ignore[attr-defined]
                stranger = StripeGateway()
    with pytest.raises(GatewayUnavailable):
        applicant.open(gateway=stranger, reference="stranger")
    assert world.sessions("stranger") == 0


@pytest.mark.faults
def test_the_circuit_opens_after_unknowns_in_a_row_and_tries_again_after_a_rest(
    world: World, applicant: Applicant
) -> None:
    clock = [100.0]
    circuit = Circuit(limit=3, rest_seconds=30, clock=lambda: clock[0])
    gateway = world.new_gateway(seconds=5, circuit=circuit)
    checkout = applicant.open()
    world.break_next("read", "status_500", done=False, times=4)
    for _ in range(3):
        with pytest.raises(GatewayUnknown):
            gateway.read_payment(session_id=checkout.session_id)
    with pytest.raises(GatewayUnavailable):
        gateway.read_payment(session_id=checkout.session_id)
    clock[0] += 31
    with pytest.raises(GatewayUnknown):
        gateway.read_payment(session_id=checkout.session_id)
    assert circuit.is_open, "one failed try after the rest must open it again"
    clock[0] += 31
    assert gateway.read_payment(session_id=checkout.session_id).state == CardState.OPEN
    assert not circuit.is_open


# --- webhooks ---------------------------------------------------------------------------------------------------------


def test_a_genuine_event_says_where_to_look(world: World) -> None:
    body = world.event()
    for header in (world.signature_header, world.signature_header.lower()):
        event = world.gateway.read_event(body=body, headers={header: world.sign(body, NOW)}, now=NOW)
        assert (event.event_id, event.kind) == ("evt_1", "payment.captured")
        assert event.payment_id in ("pay_1", "pi_1")


def test_a_replayed_event_is_the_same_event(world: World) -> None:
    body = world.event()
    headers = {world.signature_header: world.sign(body, NOW)}
    first = world.gateway.read_event(body=body, headers=headers, now=NOW)
    again = world.gateway.read_event(body=body, headers=headers, now=NOW + timedelta(seconds=299))
    assert first == replace(again)
    assert first.event_id


def _forgeries(world: World) -> dict[str, tuple[bytes, dict[str, str]]]:
    body, name = world.event(), world.signature_header
    good = world.sign(body, NOW)
    digest = good.partition("v1=")[2]
    altered = body.replace(b"64940", b"1")
    assert altered != body
    other_account = world.event(account="acct_other")
    no_object = world.event(data=[])
    no_id = world.event(id=None)
    return {
        "signed with another secret": (body, {name: world.sign(body, NOW, "whsec_guess")}),
        "right signature, old time": (body, {name: world.sign(body, NOW - timedelta(seconds=301))}),
        "replayed after five minutes": (body, {name: world.sign(body, NOW - timedelta(days=3))}),
        "old signature with a new time": (body, {name: f"t={int(NOW.timestamp()) + 1},v1={digest}"}),
        "other account": (other_account, {name: world.sign(other_account, NOW)}),
        "scheme v0": (body, {name: good.replace("v1=", "v0=")}),
        "body altered (sum)": (altered, {name: good}),
        "currency changed": (body.replace(b"jpy", b"usd"), {name: good}),
        "no header": (body, {}),
        "empty header": (body, {name: ""}),
        "no time": (body, {name: f"v1={digest}"}),
        "not a header": (body, {name: "いろは,t=,v1"}),
        "not JSON": (b"hello", {name: world.sign(b"hello", NOW)}),
        "JSON but no object": (b"[]", {name: world.sign(b"[]", NOW)}),
        "no data": (no_object, {name: world.sign(no_object, NOW)}),
        "no id": (no_id, {name: world.sign(no_id, NOW)}),
        "not text": (b"\xff\xfe", {name: good}),
    }


FORGERIES = (
    "signed with another secret",
    "right signature, old time",
    "replayed after five minutes",
    "old signature with a new time",
    "other account",
    "scheme v0",
    "body altered (sum)",
    "currency changed",
    "no header",
    "empty header",
    "no time",
    "not a header",
    "not JSON",
    "JSON but no object",
    "no data",
    "no id",
    "not text",
)


@pytest.mark.faults
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_event_is_not_believed(world: World, forgery: str) -> None:
    """F10. The first line is the control: the same event, untouched, is believed."""
    body = world.event()
    world.gateway.read_event(body=body, headers={world.signature_header: world.sign(body, NOW)}, now=NOW)
    forged, headers = _forgeries(world)[forgery]
    with pytest.raises(ForgedEvent):
        world.gateway.read_event(body=forged, headers=headers, now=NOW)


def test_every_forgery_is_tried(world: World) -> None:
    assert set(_forgeries(world)) == set(FORGERIES)
    assert len(FORGERIES) >= 12
    assert ACCOUNT == "acct_tests"


def test_without_a_secret_nothing_is_believed(world: World) -> None:
    body = world.event()
    with override_settings(SONAE_SANDBOX_CARD_WEBHOOK_SECRET="", SONAE_STRIPE_WEBHOOK_SECRET=""):
        gateway = SandboxCardGateway() if world.gateway.name == "sandbox_card" else StripeGateway()
    with pytest.raises(GatewayError):
        gateway.read_event(body=body, headers={world.signature_header: world.sign(body, NOW, "")}, now=NOW)
