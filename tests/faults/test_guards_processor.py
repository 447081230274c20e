"""Guards around the processor's word, seen red: with each taken away, what a refusal, a silence or a late answer then does.

The tests that pass with the guards are in ``test_processor.py``.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.record import record
from sonae.apps.billing import payment_moves
from sonae.apps.billing.gateway import CardPayment, GatewayRefused
from sonae.apps.billing.models import Payment, Posting
from sonae.apps.billing.payment_moves import Move
from sonae.apps.billing.use_cases import card_page, note_after_capture, settle_payment
from sonae.apps.enrolment.models import Application
from sonae.integrations.sandbox_card.cards import TEST_CARDS
from tests.faults.books import AtProcessor, read_processor
from tests.faults.races import all_inside, without_locks
from tests.faults.test_processor import DECLINED, refuse_the_page, until_a_person_is_called
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults


def at_processor(world: World, payment: Payment) -> AtProcessor:
    return read_processor(world.processor.journal)[payment.key]


# --- refused and declined -----------------------------------------------------------------------------------------------


def test_without_closing_a_refused_page_the_member_meets_the_kept_refusal_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal lies under the key; a payment that lives on asks with that key at every press and in every round."""
    application = world.application()
    refuse_the_page(world, application)
    monkeypatch.setattr(card_page, "_close_refused", lambda *_, **__: None)
    for _ in range(5):
        with pytest.raises(GatewayRefused):
            world.begin(application)
        world.heal(minutes=2)
    assert world.states(application) == ("paying", "created")
    assert [payment.key for payment in payments_of(application)] == [f"enrol:{application.public_id}:1"]


def payments_of(application: Application) -> list[Payment]:
    return list(Payment.objects.filter(purpose=f"enrol:{application.public_id}").order_by("id"))


@pytest.mark.parametrize("reason", DECLINED)
def test_a_declined_card_that_closes_the_payment_leaves_a_page_on_which_a_sum_is_held_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """The naive rule. The page still waits at the processor: the next card is held there, and nobody asks any more."""
    plain = settle_payment._wait

    def close_when_declined(payment: Payment, seen: CardPayment, *, now: Any) -> Payment:
        if seen.failure_code:
            return settle_payment._close(payment, seen, cause="browser", now=now)
        return plain(payment, seen, now=now)

    monkeypatch.setattr(settle_payment, "_wait", close_when_declined)
    number, challenge = DECLINED[reason]
    application = world.application()
    payment = world.begin(application)
    world.pay(payment, number, challenge=challenge)
    world.settle(payment)
    world.pay(payment)
    world.settle(payment)
    world.heal(minutes=3)
    assert world.states(application) == ("confirmed", "closed")
    assert at_processor(world, payment).state == "authorised"
    assert any("closed here, but the processor still holds the sum" in finding for finding in world.books())


def test_coming_back_from_the_page_taken_for_payment_is_cover_for_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive rule: whoever comes back has paid."""
    monkeypatch.setattr(settle_payment, "next_move", lambda **_: Move.COMPLETE)
    monkeypatch.setattr(settle_payment, "_was_asked_for", lambda _: True)
    application, payment = world.authorised("4000000000000002")
    world.settle(payment)
    assert world.states(application) == ("issued", "captured")
    assert at_processor(world, payment).captured == []
    assert any("0 charges kept, 1 certificates" in finding for finding in world.books())


class Never(Exception):
    """Nothing raises it: what is put in its place isn't caught any more."""


def test_a_refused_capture_taken_for_unknown_keeps_the_hold_until_a_person_is_called(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the guard the hold is back and another card is taken within minutes."""
    refused = next(card.number for card in TEST_CARDS if card.behaviour.capture_fault == "declined")
    monkeypatch.setattr(settle_payment, "GatewayRefused", Never)
    application, payment = world.authorised(refused)
    world.settle(payment)
    world.heal()
    assert world.begin(application).key == payment.key
    assert world.states(application) == ("paying", "unknown")
    assert at_processor(world, payment).state == "authorised"
    for hours in range(0, 24 * 7, 6):
        assert world.states(application)[1] in ({"unknown"} if hours < 24 * 5 else {"unknown", "person"})
        world.pass_time(hours=6)
        world.sweep()
        if world.states(application) == ("paying", "person"):
            break
    assert world.states(application) == ("paying", "person")
    assert at_processor(world, payment).state == "authorised"


# --- six days, and the person -------------------------------------------------------------------------------------------


def calls_for_a_person(payment: Payment) -> int:
    return AuditEntry.objects.filter(action="payment.needs_person", object_id=payment.key).count()


def days_of_silence(world: World, days: int) -> tuple[Application, Payment]:
    """Charged; the answer is lost and the processor answers nothing since, in every round and whenever the member looks."""
    application, payment = world.authorised()
    world.break_next("capture", "lose_reply")
    world.settle(payment)
    world.break_next("read", "status_500", times=10_000)
    for _ in range(days * 2):
        world.pass_time(hours=12)
        world.sweep()
        world.settle(payment)
    world.processor.control("reset")
    world.at(world.now)
    return application, payment


def test_without_an_end_of_asking_no_person_is_ever_called(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    application, payment = days_of_silence(world, 20)
    assert (world.states(application), calls_for_a_person(payment)) == (("paying", "person"), 1)
    monkeypatch.setattr(payment_moves, "DAYS_OF_ASKING", 10_000)
    application, payment = days_of_silence(world, 20)
    assert (world.states(application), calls_for_a_person(payment)) == (("paying", "unknown"), 0)
    assert at_processor(world, payment).captured == [payment.charge_yen]


def test_were_a_person_no_end_the_same_payment_would_call_one_every_six_days(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard: what waits for a person isn't due, so it isn't handed over again."""
    monkeypatch.setattr(Payment, "DUE", (*Payment.DUE, Payment.State.PERSON))
    _, payment = days_of_silence(world, 20)
    assert calls_for_a_person(payment) == 3


def test_a_payment_that_is_a_persons_alone_keeps_the_money_without_cover_when_the_answer_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive rule: once a person was called, no answer counts."""
    monkeypatch.setattr(settle_payment, "DECISIVE", set())
    application, payment = until_a_person_is_called(world, done=True)
    world.settle(payment)
    assert world.states(application) == ("paying", "person")
    assert "1 charges kept, 0 certificates" in " ".join(world.books())


def test_a_payment_that_is_a_persons_alone_holds_its_application_when_the_hold_has_run_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle_payment, "DECISIVE", set())
    application, payment = until_a_person_is_called(world, done=False)
    world.pass_time(days=7)
    assert world.begin(application).key == payment.key
    assert world.states(application) == ("paying", "person")


def test_without_remembering_what_was_decided_a_late_answer_takes_the_cover_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks at the present state alone sees a person, not that the charge was decided on, and gives it all back."""
    decided = {Payment.State.CAPTURING, Payment.State.UNKNOWN}
    monkeypatch.setattr(settle_payment, "_was_asked_for", lambda payment: payment.state in decided)
    application, payment = until_a_person_is_called(world, done=True)
    world.settle(payment)
    assert world.states(application) == ("closed", "captured")
    assert at_processor(world, payment).refunded == [payment.charge_yen]


# --- after the charge ---------------------------------------------------------------------------------------------------


def given_back_after_cover(world: World) -> tuple[Payment, int]:
    """A third by hand, and again; each time the processor says so three times."""
    _, payment = world.authorised(application=world.application(risk=("retail", 9_000_000, "P100")))
    world.settle(payment)
    payment.refresh_from_db()
    third = payment.charge_yen // 3
    for turn in (1, 2):
        world.gateway.refund(payment_id=payment.payment_id, refund_yen=third, key=f"by hand:{turn}:{payment.key}")
        for _ in range(3):
            world.settle(payment, cause="webhook")
    return payment, third


def lines_of_refunds(payment: Payment) -> list[int]:
    told = AuditEntry.objects.filter(action="payment.refunded_elsewhere", object_id=payment.key)
    return [entry.detail["refund_yen"] for entry in told.order_by("id")]


def owed_again(payment: Payment) -> int:
    """Premium that stands open because it was given back."""
    lines = Posting.objects.filter(
        account="member_receivable", entry__key__contains=f"{payment.key}:refunded_elsewhere"
    )
    return sum(line.posted_yen for line in lines)


def test_without_looking_at_what_is_noted_a_refund_is_told_of_with_every_message_and_booked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, third = given_back_after_cover(world)
    assert (lines_of_refunds(payment), owed_again(payment)) == ([third] * 2, 2 * third)
    monkeypatch.setattr(note_after_capture, "returned_elsewhere_of", lambda _: 0)
    payment, third = given_back_after_cover(world)
    assert lines_of_refunds(payment) == [third] * 3 + [2 * third] * 3
    assert owed_again(payment) == 3 * third


def test_without_the_lock_four_messages_at_once_tell_of_one_refund_four_times(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_inside(monkeypatch, note_after_capture, "returned_elsewhere_of", 4)

    def lines_of_four_at_once() -> int:
        _, payment = world.authorised(application=world.application(risk=("retail", 9_000_000, "P100")))
        world.settle(payment)
        payment.refresh_from_db()
        world.gateway.refund(payment_id=payment.payment_id, refund_yen=1, key=f"by hand:{payment.key}")
        all_at_once([partial(world.settle, payment, cause="webhook")] * 4)
        assert owed_again(payment) == 1
        return len(lines_of_refunds(payment))

    assert lines_of_four_at_once() == 1
    without_locks(monkeypatch)
    assert lines_of_four_at_once() == 4


def test_without_looking_at_the_log_a_dispute_is_written_with_every_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(payment: Payment, *, now: Any, **_: Any) -> None:
        record(now=now, actor="system:test", action="payment.disputed", object_kind="payment", object_id=payment.key)

    monkeypatch.setattr(note_after_capture, "note_dispute", write)
    _, payment = world.authorised("4000000000000259")
    world.settle(payment)
    for _ in range(3):
        world.settle(payment, cause="webhook")
    assert AuditEntry.objects.filter(action="payment.disputed", object_id=payment.key).count() == 3
