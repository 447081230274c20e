"""A changed cover under races: two clerks, a double click, pay against change, and an answer that is lost after the charge."""

from __future__ import annotations

import os
from functools import partial

import pytest
from django.db import connection

from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases import settle_payment
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.use_cases import begin_change_payment, change_cover
from sonae.apps.certificates.use_cases.change_cover import (
    AnotherWaits,
    BeingPaid,
    ChangedMeanwhile,
    give_up_change,
)
from tests.faults.acts import ask_for_plan
from tests.faults.races import all_inside, at_once, without_locks, wrong
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults
SOAK_ROUNDS = int(os.environ.get("SONAE_SOAK_ROUNDS", "0"))
TIMES = max(3, SOAK_ROUNDS * 3)


def by_two_clerks(world: World, certificate: Certificate) -> list[object]:
    """Both have looked at the same certificate, and press at the same moment."""
    return at_once(
        *(
            partial(
                ask_for_plan, key=f"{plan}:{certificate.number}", number=certificate.number, plan=plan, now=world.now
            )
            for plan in ("P100", "P500")
        )
    )


def test_of_two_clerks_at_one_certificate_one_is_told_that_it_has_changed(world: World) -> None:
    for _ in range(TIMES):
        certificate = world.covered("P300")
        came = by_two_clerks(world, certificate)
        (error,) = wrong(came)
        assert isinstance(error, ChangedMeanwhile | AnotherWaits)
        (request,) = (one for one in came if isinstance(one, ChangeRequest))
        if request.state == ChangeRequest.State.WAITING:
            give_up_change(public_id=request.public_id, actor="user:test", reason="given_up", now=world.now)
        assert certificate.transactions.count() == (2 if request.state == ChangeRequest.State.DONE else 1)
    world.heal(minutes=2)
    assert world.changed_books() == []


def test_without_the_lock_both_clerks_get_past_the_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is the numbering of the acts and the one waiting change: an error for somebody instead of a plain word."""
    without_locks(monkeypatch)
    all_inside(monkeypatch, change_cover, "preview_change", 2)
    seen: list[type] = []
    for _ in range(3):
        seen += [type(error) for error in wrong(by_two_clerks(world, world.covered("P300")))]
    assert set(seen) != {ChangedMeanwhile}


def test_a_double_click_asks_once_and_opens_one_page(world: World) -> None:
    for _ in range(TIMES):
        certificate = world.covered()
        asked = all_at_once([partial(world.change, certificate, key=f"click:{certificate.number}")] * 4)
        assert len({one.pk for one in asked if isinstance(one, ChangeRequest)}) == 1, asked
        request = ChangeRequest.objects.get(certificate=certificate)
        pressed = all_at_once([partial(world.pay_change, request)] * 8)
        assert {getattr(payment, "key", payment) for payment in pressed} == {f"{request.purpose}:1"}
        world.pay(Payment.objects.get(purpose=request.purpose))
        back = all_at_once([partial(world.settle, Payment.objects.get(purpose=request.purpose))] * 8)
        assert {getattr(payment, "state", payment) for payment in back} <= {"captured", "capturing"}
        world.heal(minutes=1)
        assert world.change_states(request) == ("done", "captured")
    assert world.changed_books() == []


def test_without_lock_and_index_a_double_click_opens_several_pages(
    scratch: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = scratch.change()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_living_payment_for_each_purpose")
        cursor.execute("ALTER TABLE billing_payment DROP CONSTRAINT billing_payment_key_key")
    without_locks(monkeypatch)
    all_inside(monkeypatch, begin_change_payment, "find_obstacle", 4)
    all_at_once([partial(scratch.pay_change, request)] * 4)
    assert Payment.objects.filter(purpose=request.purpose).count() > 1


def test_paying_and_giving_up_at_once_is_one_or_the_other(world: World) -> None:
    for _ in range(TIMES):
        request = world.change()
        payment = world.pay_change(request)
        world.pay(payment)
        gives_up = partial(
            give_up_change, public_id=request.public_id, actor="user:test", reason="given_up", now=world.now
        )
        came = at_once(partial(world.settle, payment), gives_up)
        assert all(isinstance(error, BeingPaid) for error in wrong(came)), came
        world.heal(minutes=1)
        assert world.change_states(request) == ("done", "captured")
    assert world.changed_books() == []


def lose_and_press_again(world: World) -> ChangeRequest:
    request = world.change()
    payment = world.pay_change(request)
    world.pay(payment)
    world.break_next("capture", "empty", done=True)
    world.settle(payment)
    again = world.pay_change(request)
    if again.state == Payment.State.OPEN:
        world.pay(again)
    world.heal()
    return request


def test_an_answer_that_is_lost_after_the_charge_is_one_charge_and_then_the_change(world: World) -> None:
    for _ in range(max(5, SOAK_ROUNDS * 20)):
        assert world.change_states(lose_and_press_again(world)) == ("done", "captured")
    assert world.changed_books() == []


def test_unknown_taken_for_failure_charges_a_change_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def failed(payment: Payment, *, cause: str, now: object) -> Payment:
        seen = world.gateway.read_payment(session_id=payment.session_id)
        return settle_payment._close(payment, seen, cause=cause, now=world.now)

    monkeypatch.setattr(settle_payment, "_unknown", failed)
    lose_and_press_again(world)
    assert any("kept" in finding for finding in world.changed_books())
