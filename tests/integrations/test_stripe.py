"""What the Stripe gateway asks for and how it reads the answers, with the real SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from django.test import override_settings

from sonae.apps.billing.gateway import ForgedEvent, GatewayRefused, GatewayUnknown
from sonae.integrations.stripe.gateway import API_VERSION, StripeGateway
from tests.integrations.card_worlds import SECRET, Applicant, StripeWorld
from tests.integrations.stripe_server import KEY

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def world() -> Iterator[StripeWorld]:
    world = StripeWorld()
    yield world
    world.stop()


def last_request(world: StripeWorld, path: str) -> tuple[dict[str, str], dict[str, str]]:
    return next((given, headers) for _, at, given, headers in reversed(world.server.books.requests) if at == path)


def event(kind: str, thing: dict[str, Any], **changes: Any) -> bytes:
    whole = {"object": "event", "id": "evt_9", "type": kind, "livemode": False, "data": {"object": thing}}
    return json.dumps(whole | changes).encode()


def test_the_pinned_version_is_the_one_the_sdk_was_made_for(world: StripeWorld) -> None:
    """An upgrade of the SDK to another version turns this red: read its changelog, then move both."""
    Applicant(world).open()
    _, headers = last_request(world, "/v1/checkout/sessions")
    assert headers["stripe-version"] == API_VERSION == stripe.api_version


def test_a_page_asks_for_a_card_three_d_secure_and_a_later_capture_in_whole_yen(world: StripeWorld) -> None:
    Applicant(world).open(charge_yen=64940, language="en", reference="asked", key="open:asked")
    given, headers = last_request(world, "/v1/checkout/sessions")
    assert headers["idempotency-key"] == "open:asked"
    expected = {
        "mode": "payment",
        "locale": "en",
        "client_reference_id": "asked",
        "metadata[reference]": "asked",
        "payment_intent_data[metadata][reference]": "asked",
        "payment_intent_data[capture_method]": "manual",
        "allowed_payment_method_types[0]": "card",
        "payment_method_options[card][request_three_d_secure]": "any",
        "line_items[0][price_data][currency]": "jpy",
        "line_items[0][price_data][unit_amount]": "64940",
        "line_items[0][quantity]": "1",
        "customer_email": "aiko@example.jp",
    }
    assert {name: given.get(name) for name in expected} == expected
    assert "payment_intent_data[setup_future_usage]" not in given


def test_the_card_is_kept_only_when_its_holder_has_agreed(world: StripeWorld) -> None:
    with override_settings(SONAE_STRIPE_THREE_D_SECURE="automatic"):
        gateway = world.new_gateway(seconds=5)
    Applicant(world).open(gateway=gateway, save_card=True)
    given, _ = last_request(world, "/v1/checkout/sessions")
    assert given["payment_intent_data[setup_future_usage]"] == "off_session"
    assert given["customer_creation"] == "always"
    assert given["payment_method_options[card][request_three_d_secure]"] == "automatic"


def test_each_call_of_a_void_has_a_key_of_its_own(world: StripeWorld) -> None:
    applicant = Applicant(world)
    _, session_id, payment_id = applicant.authorised()
    world.gateway.void(session_id=session_id, payment_id=payment_id, key="void:1")
    _, headers = last_request(world, f"/v1/payment_intents/{payment_id}/cancel")
    assert headers["idempotency-key"] == "void:1:cancel"
    checkout = applicant.open()
    world.gateway.void(session_id=checkout.session_id, payment_id="", key="void:2")
    _, headers = last_request(world, f"/v1/checkout/sessions/{checkout.session_id}/expire")
    assert headers["idempotency-key"] == "void:2:expire"


def test_a_capture_lost_to_a_quicker_one_answers_with_what_is_captured(world: StripeWorld) -> None:
    """Between reading and capturing another worker was quicker; Stripe then answers with an unexpected state."""
    reference, _, payment_id = Applicant(world).authorised()
    server, answer_list = world.server, world.server.list

    def list_and_capture(*given: Any) -> dict[str, Any]:
        answer = json.loads(json.dumps(answer_list(*given)))
        server.capture(server.books.intents[payment_id], {})
        return dict(answer)

    server.list = list_and_capture  # type: ignore[method-assign]
    payment = world.gateway.capture(payment_id=payment_id, charge_yen=64940, key="capture:late")
    assert payment.state == "captured"
    assert world.captures(reference) == [64940]


def test_the_same_key_under_way_elsewhere_is_unknown_not_refused(world: StripeWorld) -> None:
    _, _, payment_id = Applicant(world).authorised()
    world.break_next("capture", "status_409", done=False)
    with pytest.raises(GatewayUnknown):
        world.gateway.capture(payment_id=payment_id, charge_yen=64940, key="capture:1")


def test_a_500_that_stripe_keeps_under_its_key_does_not_hold_the_charge_up_for_a_day(world: StripeWorld) -> None:
    """Stripe repeats the first answer of a key, failures too. The payment is held still, and can be captured only once."""
    for turn in range(5):
        reference, _, payment_id = Applicant(world).authorised()
        world.break_next("capture", "kept_500", done=False)
        with pytest.raises(GatewayUnknown):
            world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:kept:{turn}")
        captured = world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:kept:{turn}")
        assert captured.state == "captured"
        assert world.captures(reference) == [64940]


def test_a_failure_that_stripe_keeps_taken_for_a_refusal_never_charges_the_held_sum(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: whoever asks only with the stored key hears the first answer for as long as Stripe keeps it."""
    plain = StripeGateway._capture
    monkeypatch.setattr(
        StripeGateway,
        "_capture",
        lambda self, payment_id, yen, *, key: plain(self, payment_id, yen, key="capture:kept"),
    )
    reference, session_id, payment_id = Applicant(world).authorised()
    world.break_next("capture", "kept_500", done=False)
    with pytest.raises(GatewayUnknown):
        world.gateway.capture(payment_id=payment_id, charge_yen=64940, key="capture:kept")
    for _ in range(3):
        with pytest.raises(GatewayRefused) as refused:
            world.gateway.capture(payment_id=payment_id, charge_yen=64940, key="capture:kept")
        assert refused.value.code == "failed_before"
    assert world.captures(reference) == []
    assert world.gateway.read_payment(session_id=session_id).state == "authorised"


def test_a_page_that_failed_for_good_is_refused_so_that_a_new_try_gets_a_new_key(world: StripeWorld) -> None:
    world.break_next("open", "kept_500", done=False)
    applicant = Applicant(world)
    with pytest.raises(GatewayUnknown):
        applicant.open(reference="kept", key="open:kept")
    with pytest.raises(GatewayRefused) as refused:
        applicant.open(reference="kept", key="open:kept")
    assert refused.value.code == "failed_before"


def test_a_refund_that_failed_is_never_asked_for_under_another_key(world: StripeWorld) -> None:
    for turn in range(5):
        reference, _, payment_id = Applicant(world).authorised()
        world.gateway.capture(payment_id=payment_id, charge_yen=64940, key=f"capture:{turn}")
        world.break_next("refund", "kept_500", done=False)
        for _ in range(3):
            with pytest.raises(GatewayUnknown):
                world.gateway.refund(payment_id=payment_id, refund_yen=64940, key=f"refund:kept:{turn}")
        assert world.refunds(reference) == []
    assert {
        headers.get("idempotency-key") for _, at, _, headers in world.server.books.requests if at == "/v1/refunds"
    } == {f"refund:kept:{turn}" for turn in range(5)}


def test_a_capture_that_could_not_be_read_back_is_unknown(world: StripeWorld) -> None:
    reference, _, payment_id = Applicant(world).authorised()
    world.break_next("read", "status_500", done=False)
    with pytest.raises(GatewayUnknown):
        world.gateway.capture(payment_id=payment_id, charge_yen=64940, key="capture:1")
    assert world.captures(reference) == [64940]


@pytest.mark.parametrize("change", [{"currency": "usd"}, {"amount_total": None}, {"status": "odd"}])
def test_an_answer_that_is_not_ours_to_read_is_unknown(world: StripeWorld, change: dict[str, Any]) -> None:
    _, session_id, _ = Applicant(world).authorised()
    world.server.books.sessions[session_id].update(change)
    with pytest.raises(GatewayUnknown):
        world.gateway.read_payment(session_id=session_id)


def test_a_payment_of_another_sum_than_its_page_is_not_believed(world: StripeWorld) -> None:
    _, session_id, payment_id = Applicant(world).authorised()
    world.server.books.intents[payment_id]["amount"] = 6494000
    with pytest.raises(GatewayUnknown):
        world.gateway.read_payment(session_id=session_id)


@pytest.mark.parametrize("part", [1, 1000, 32470, 64939])
def test_a_part_that_somebody_captured_by_hand_is_read_as_that_part(world: StripeWorld, part: int) -> None:
    """So that it is never taken for the whole premium: it is given back."""
    _, session_id, payment_id = Applicant(world).authorised()
    world.server.capture(world.server.books.intents[payment_id], {"amount_to_capture": str(part)})
    payment = world.gateway.read_payment(session_id=session_id)
    assert (payment.state, payment.charge_yen) == ("captured", part)
    with pytest.raises(GatewayRefused, match="whole authorised sum"):
        world.gateway.capture(payment_id=payment_id, charge_yen=64940, key="capture:whole")


def test_a_missing_field_is_unknown_not_a_crash(world: StripeWorld) -> None:
    _, session_id, _ = Applicant(world).authorised()
    del world.server.books.sessions[session_id]["client_reference_id"]
    with pytest.raises(GatewayUnknown):
        world.gateway.read_payment(session_id=session_id)


def test_too_small_a_sum_is_refused_in_stripes_words(world: StripeWorld) -> None:
    with pytest.raises(GatewayRefused) as refused:
        Applicant(world).open(charge_yen=49)
    assert refused.value.code == "amount_too_small"


@pytest.mark.parametrize(
    ("kind", "thing", "expected"),
    [
        (
            "checkout.session.completed",
            {"object": "checkout.session", "id": "cs_1", "payment_intent": "pi_1"},
            ("payment.authorised", "cs_1", "pi_1"),
        ),
        (
            "checkout.session.expired",
            {"object": "checkout.session", "id": "cs_1", "payment_intent": None},
            ("session.expired", "cs_1", ""),
        ),
        ("payment_intent.canceled", {"object": "payment_intent", "id": "pi_1"}, ("payment.voided", "", "pi_1")),
        ("payment_intent.payment_failed", {"object": "payment_intent", "id": "pi_1"}, ("payment.declined", "", "pi_1")),
        (
            "charge.refunded",
            {"object": "charge", "id": "ch_1", "payment_intent": {"id": "pi_1", "object": "payment_intent"}},
            ("payment.refunded", "", "pi_1"),
        ),
        (
            "charge.dispute.created",
            {"object": "dispute", "id": "dp_1", "payment_intent": "pi_1"},
            ("payment.disputed", "", "pi_1"),
        ),
        (
            "charge.dispute.closed",
            {"object": "dispute", "id": "dp_1", "payment_intent": "pi_1"},
            ("payment.dispute_closed", "", "pi_1"),
        ),
        ("customer.created", {"object": "customer", "id": "cus_1"}, ("customer.created", "", "")),
    ],
)
def test_an_event_says_in_our_words_what_it_concerns(
    world: StripeWorld, kind: str, thing: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    body = event(kind, thing)
    told = world.gateway.read_event(body=body, headers={"Stripe-Signature": world.sign(body, NOW)}, now=NOW)
    assert (told.kind, told.session_id, told.payment_id) == expected


@pytest.mark.parametrize("kind", ["payment_intent", "charge"])
def test_an_event_about_a_payment_we_have_not_met_names_our_reference(world: StripeWorld, kind: str) -> None:
    """A declined try has an id at Stripe that we never kept; without the reference its event would be refused for days."""
    thing = {"object": kind, "id": "x_9", "payment_intent": "pi_9", "metadata": {"reference": "enrol:abc:1"}}
    body = event("payment_intent.payment_failed", thing)
    told = world.gateway.read_event(body=body, headers={"Stripe-Signature": world.sign(body, NOW)}, now=NOW)
    assert told.reference == "enrol:abc:1"


def test_a_live_event_is_not_believed_by_a_test_account_nor_the_other_way_round(world: StripeWorld) -> None:
    live = event("customer.created", {"object": "customer"}, livemode=True)
    headers = {"Stripe-Signature": world.sign(live, NOW)}
    with pytest.raises(ForgedEvent):
        world.gateway.read_event(body=live, headers=headers, now=NOW)
    with override_settings(SONAE_STRIPE_KEY=KEY.replace("test", "live"), SONAE_STRIPE_WEBHOOK_SECRET=SECRET):
        believed = StripeGateway().read_event(body=live, headers=headers, now=NOW)
    assert believed.event_id == "evt_9"


@pytest.mark.parametrize("account", ["acct_tests", ""])
def test_a_connected_account_is_believed_only_when_it_is_the_one_named(world: StripeWorld, account: str) -> None:
    body = event("customer.created", {"object": "customer"}, account="acct_tests")
    headers = {"Stripe-Signature": world.sign(body, NOW)}
    with override_settings(SONAE_STRIPE_ACCOUNT=account, SONAE_STRIPE_WEBHOOK_SECRET=SECRET, SONAE_STRIPE_KEY=KEY):
        gateway = StripeGateway()
    if account:
        assert gateway.read_event(body=body, headers=headers, now=NOW).event_id == "evt_9"
    else:
        with pytest.raises(ForgedEvent):
            gateway.read_event(body=body, headers=headers, now=NOW)
