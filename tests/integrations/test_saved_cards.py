"""What every card gateway promises of kept cards: charged without their holder, once for each key, until they are let go of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sonae.apps.billing.gateway import (
    CardState,
    GatewayRefused,
    GatewayUnknown,
    KeptCard,
    SavedCardAnswer,
    SavedCardOutcome,
)
from tests.integrations.card_worlds import VISA, WORLDS, Applicant, SandboxWorld, World

SHORT = 0.25
NOTHING_HELD = {CardState.OPEN, CardState.EXPIRED, CardState.VOIDED}


@pytest.fixture(scope="module", params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = WORLDS[request.param](tmp_path_factory.mktemp(request.param))
    yield world
    world.stop()


@pytest.fixture
def applicant(world: World) -> Applicant:
    return Applicant(world)


def kept(applicant: Applicant, number: str = VISA) -> KeptCard:
    """The card of somebody who paid and let it be kept."""
    checkout = applicant.open(save_card=True)
    applicant.world.pay(checkout, number)
    card = applicant.world.gateway.read_payment(session_id=checkout.session_id).kept_card
    assert card is not None
    return card


def charge(world: World, card: KeptCard, reference: str, charge_yen: int = 64_940) -> SavedCardAnswer:
    return world.gateway.charge_saved_card(
        key=f"saved:{reference}",
        reference=reference,
        charge_yen=charge_yen,
        description="サイバー保険",
        token=card.token,
    )


def test_a_card_is_kept_only_where_its_holder_has_agreed_and_without_its_number(
    world: World, applicant: Applicant
) -> None:
    _, session_id, _ = applicant.authorised()
    assert world.gateway.read_payment(session_id=session_id).kept_card is None
    card = kept(applicant)
    assert (card.brand, card.last4, card.expiry_year, card.expiry_month) == ("VISA", "4242", 2099, 12)
    assert VISA not in card.token


def test_a_kept_card_holds_the_sum_and_charges_nothing_before_the_capture(world: World, applicant: Applicant) -> None:
    reference = applicant.new_reference()
    answer = charge(world, kept(applicant), reference)
    assert (answer.outcome, answer.code) == (SavedCardOutcome.AUTHORISED, "")
    held = world.gateway.read_payment(session_id=answer.session_id)
    assert (held.state, held.reference, held.charge_yen, held.currency) == (
        CardState.AUTHORISED, reference, 64_940, "jpy",
    )  # fmt: skip
    assert (held.payment_id, held.brand, held.last4) == (answer.payment_id, "VISA", "4242")
    assert world.captures(reference) == []
    done = world.gateway.capture(payment_id=answer.payment_id, charge_yen=64_940, key=f"capture:{reference}")
    assert (done.state, done.session_id) == (CardState.CAPTURED, answer.session_id)
    world.gateway.refund(payment_id=answer.payment_id, refund_yen=940, key=f"refund:{reference}")
    assert world.gateway.read_payment(session_id=answer.session_id).refunded_yen == 940
    assert (world.captures(reference), world.refunds(reference)) == ([64_940], [940])


def test_the_same_key_is_the_same_payment(world: World, applicant: Applicant) -> None:
    reference, card = applicant.new_reference(), kept(applicant)
    assert charge(world, card, reference) == charge(world, card, reference)
    with pytest.raises(GatewayRefused):
        charge(world, card, reference, charge_yen=1_000)


def test_a_hold_on_a_kept_card_is_given_back(world: World, applicant: Applicant) -> None:
    reference = applicant.new_reference()
    answer = charge(world, kept(applicant), reference)
    gone = world.gateway.void(session_id=answer.session_id, payment_id=answer.payment_id, key=f"void:{reference}")
    assert gone.state == CardState.VOIDED
    with pytest.raises(GatewayRefused):
        world.gateway.capture(payment_id=answer.payment_id, charge_yen=64_940, key=f"capture:{reference}")
    assert world.captures(reference) == []


@pytest.mark.parametrize(("number", "code"), [
    ("4000000000000341", "declined"), ("4100000000000217", "insufficient_funds"), ("4100000000000225", "expired_card"),
    ("4100000000000233", "lost_card"),
])  # fmt: skip
def test_what_the_issuer_declines_later_holds_nothing_and_says_why(
    world: World, applicant: Applicant, number: str, code: str
) -> None:
    reference = applicant.new_reference()
    card = kept(applicant, number)
    answer = charge(world, card, reference)
    assert answer.outcome == SavedCardOutcome.DECLINED
    words = {"card_declined": "declined", "generic_decline": "declined"}  # each processor's own for a plain no
    assert words.get(answer.code, answer.code) == code
    assert charge(world, card, reference) == answer
    assert world.gateway.read_payment(session_id=answer.session_id).state in NOTHING_HELD
    ended = world.gateway.void(session_id=answer.session_id, payment_id="", key=f"void:{reference}")
    assert ended.state in {CardState.VOIDED, CardState.EXPIRED}
    assert world.captures(reference) == []


@pytest.mark.parametrize("number", ["4100000000000241", "4000002760003184"])
def test_an_issuer_that_wants_to_see_the_holder_holds_nothing(world: World, applicant: Applicant, number: str) -> None:
    reference = applicant.new_reference()
    answer = charge(world, kept(applicant, number), reference)
    assert (answer.outcome, answer.code) == (SavedCardOutcome.HOLDER_NEEDED, "authentication_required")
    ended = world.gateway.void(session_id=answer.session_id, payment_id="", key=f"void:{reference}")
    assert ended.state in {CardState.VOIDED, CardState.EXPIRED}


@pytest.mark.parametrize(
    ("fault", "done"),
    [("hang", True), ("reset", True), ("reset", False), ("status_500", False), ("broken_body", True)],
)
def test_an_answer_that_is_lost_is_unknown_and_the_key_settles_it(
    world: World, applicant: Applicant, fault: str, done: bool
) -> None:
    reference, card = applicant.new_reference(), kept(applicant)
    hasty = world.new_gateway(seconds=SHORT)
    world.break_next("charge_saved", fault, done=done)
    with pytest.raises(GatewayUnknown):
        hasty.charge_saved_card(
            key=f"saved:{reference}", reference=reference, charge_yen=64_940, description="x", token=card.token
        )
    answer = world.gateway.charge_saved_card(
        key=f"saved:{reference}", reference=reference, charge_yen=64_940, description="x", token=card.token
    )
    assert answer.outcome == SavedCardOutcome.AUTHORISED
    world.gateway.capture(payment_id=answer.payment_id, charge_yen=64_940, key=f"capture:{reference}")
    assert world.captures(reference) == [64_940]


def test_a_card_that_was_let_go_of_is_never_charged_again(world: World, applicant: Applicant) -> None:
    reference, card = applicant.new_reference(), kept(applicant)
    for key in ("forget:1", "forget:1", "forget:2"):
        world.gateway.forget_card(token=card.token, key=f"{key}:{reference}")
    with pytest.raises(GatewayRefused):
        charge(world, card, reference)
    assert world.captures(reference) == []


def test_a_dispute_of_such_a_charge_is_seen(world: World, applicant: Applicant) -> None:
    reference = applicant.new_reference()
    answer = charge(world, kept(applicant), reference)
    world.gateway.capture(payment_id=answer.payment_id, charge_yen=64_940, key=f"capture:{reference}")
    world.dispute(answer.payment_id)
    assert [one.dispute_yen for one in world.gateway.read_payment(session_id=answer.session_id).disputes] == [64_940]


def test_the_sandbox_knows_when_a_kept_card_has_run_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = SandboxWorld(tmp_path_factory.mktemp("expiry"))
    try:
        applicant = Applicant(world)
        checkout = applicant.open(save_card=True)
        world.pay(checkout, VISA, expiry="01/40")
        card = world.gateway.read_payment(session_id=checkout.session_id).kept_card
        assert card is not None
        world.control("behaviour", clock_skew_seconds=60 * 60 * 24 * 366 * 20)
        assert charge(world, card, "late").code == "expired_card"
    finally:
        world.stop()
