"""The rounds ask, at a modest pace, about what seems settled: a message that never comes is not the only way to learn of a refund,
a dispute, or an answer that comes after a person was called. Each guard is switched off beside its test.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import Q

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases import claim_questions as questions
from sonae.apps.billing.use_cases import sweep_payments
from tests import clock
from tests.faults.gateways import watched
from tests.faults.races import all_inside, without_locks
from tests.faults.test_processor import until_a_person_is_called
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults


def lines(action: str, payment: Payment) -> list[dict[str, Any]]:
    told = AuditEntry.objects.filter(action=action, object_id=payment.key).order_by("id")
    return [entry.detail for entry in told]


def covered(world: World, times: int, card: str = "4242424242424242") -> list[Payment]:
    """Payments that have become cover this morning."""
    payments = [world.authorised(card)[1] for _ in range(times)]
    for payment in payments:
        world.settle(payment)
        payment.refresh_from_db()
    assert {payment.state for payment in payments} == {"captured"}
    return payments


def untold(world: World) -> tuple[list[Payment], list[Payment]]:
    """Three that are given back by hand and three that are disputed, and no message of either ever comes."""
    given_back, disputed = covered(world, 3), covered(world, 3, "4000000000000259")
    for payment in given_back:
        world.gateway.refund(payment_id=payment.payment_id, refund_yen=100, key=f"by hand:{payment.key}")
    return given_back, disputed


def test_a_refund_or_a_dispute_that_no_message_told_of_is_found_within_a_day_and_told_once(world: World) -> None:
    given_back, disputed = untold(world)
    world.pass_time(hours=23, minutes=59)
    assert world.sweep().asked == 0
    world.pass_time(minutes=1)
    assert world.sweep().asked == 6
    for _ in range(3):
        world.pass_time(days=1)
        world.sweep()
    assert [lines("payment.refunded_elsewhere", payment) for payment in given_back] == [[{"refund_yen": 100}]] * 3
    for payment in disputed:
        (line,) = lines("payment.disputed", payment)
        assert line["dispute_yen"] == payment.charge_yen


def test_without_asking_a_refund_or_a_dispute_that_no_message_told_of_is_never_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_payments, "claim_questions", lambda **_: [])
    given_back, disputed = untold(world)
    for _ in range(30):
        world.pass_time(days=1)
        world.sweep()
    assert [lines("payment.refunded_elsewhere", payment) for payment in given_back] == [[]] * 3
    assert [lines("payment.disputed", payment) for payment in disputed] == [[]] * 3
    assert any("the processor's journal explains" in finding for finding in world.books())


def a_day_after_the_person(world: World, *, done: bool, days: int) -> tuple[str, str]:
    """Nobody looks and no message comes: only the rounds go on."""
    application, _ = until_a_person_is_called(world, done=done)
    for _ in range(days):
        world.pass_time(days=1)
        world.sweep()
    return world.states(application)


def test_a_payment_that_a_person_was_called_for_is_asked_about_by_the_round_of_the_next_day(world: World) -> None:
    """Charged: covered. Held still: it stays with the person; run out: the application is free."""
    assert a_day_after_the_person(world, done=True, days=1) == ("issued", "captured")
    assert world.books() == []
    world.at(clock.MORNING)
    assert a_day_after_the_person(world, done=False, days=7) == ("confirmed", "closed")
    assert world.books() == []


def test_without_asking_a_payment_that_a_person_was_called_for_stays_charged_without_cover(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_payments, "claim_questions", lambda **_: [])
    assert a_day_after_the_person(world, done=True, days=14) == ("paying", "person")
    assert "1 charges kept, 0 certificates" in " ".join(world.books())


def times_asked(world: World, rounds: int) -> list[int]:
    """How often the processor is asked in each round of the minutes that follow; never with a transaction open."""
    asked = []
    for _ in range(rounds):
        gateway = watched(world.gateway, world.database)
        world.sweep(gateway=gateway)  # type: ignore[arg-type]
        asked.append(gateway.calls.count("read_payment"))
        world.pass_time(minutes=1)
    return asked


def test_a_round_asks_about_few_at_once_and_about_each_once_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert questions.AT_ONCE == 20
    monkeypatch.setattr(questions, "AT_ONCE", 4)
    covered(world, 6)
    world.pass_time(days=1)
    assert times_asked(world, 4) == [4, 2, 0, 0]
    world.pass_time(days=1)
    assert times_asked(world, 4) == [4, 2, 0, 0]


def test_without_a_bound_one_round_asks_about_all_of_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "AT_ONCE", None)
    covered(world, 6)
    world.pass_time(days=1)
    assert times_asked(world, 2) == [6, 0]


def test_a_round_that_dies_before_it_has_asked_puts_its_questions_off_by_a_day(world: World) -> None:
    """They are written down as asked and weren't: late by a day, not lost."""
    given_back, _ = untold(world)
    world.pass_time(days=1)
    assert len(questions.claim_questions(gateway=world.gateway.name, now=world.now)) == 6
    assert world.sweep().asked == 0
    world.pass_time(days=1)
    assert world.sweep().asked == 6
    assert [lines("payment.refunded_elsewhere", payment) for payment in given_back] == [[{"refund_yen": 100}]] * 3


def test_a_silent_processor_is_asked_once_a_day_too(world: World) -> None:
    covered(world, 3)
    world.pass_time(days=1)
    world.break_next("read", "status_500", times=1000)
    assert times_asked(world, 3) == [3, 0, 0]


def test_without_writing_it_down_every_round_asks_about_all_of_them_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "_write_down", lambda *_, **__: None)
    covered(world, 3)
    world.pass_time(days=1)
    assert times_asked(world, 3) == [3, 3, 3]


def claimed_by_two(world: World) -> int:
    """How many questions two rounds at once take up, of four."""
    covered(world, 4)
    world.pass_time(days=1)
    claim = partial(questions.claim_questions, gateway=world.gateway.name, now=world.now)
    outcomes = all_at_once([claim, claim])
    world.at(clock.MORNING)
    return sum(len(claimed) for claimed in outcomes if isinstance(claimed, list))


def test_two_rounds_at_once_share_the_questions_and_without_the_lock_both_ask_them_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_inside(monkeypatch, questions, "_write_down", 2)
    assert claimed_by_two(world) == 4
    Payment.objects.filter(state=Payment.State.CAPTURED).update(gateway="of another test")
    without_locks(monkeypatch)
    assert claimed_by_two(world) == 8


def test_a_charge_is_asked_about_daily_for_a_month_weekly_for_half_a_year_and_no_longer(world: World) -> None:
    (payment,) = covered(world, 1)
    days = []
    for day in (*range(1, 46), *range(170, 200)):
        claimed = questions.claim_questions(gateway=world.gateway.name, now=clock.MORNING + timedelta(days=day))
        if claimed == [payment]:
            days.append(day)
    assert days == [*range(1, 30), 36, 43, 170, 177]


def test_a_clock_set_back_does_not_put_the_questions_off(world: World) -> None:
    """Asked while the clock stood a hundred days ahead; set right again it is asked at once, then daily."""
    (payment,) = covered(world, 1)
    claim = partial(questions.claim_questions, gateway=world.gateway.name)
    assert claim(now=world.now + timedelta(days=100)) == [payment]
    assert [claim(now=world.now + timedelta(minutes=minute)) for minute in range(3)] == [[payment], [], []]
    assert claim(now=world.now + timedelta(days=1)) == [payment]


def test_without_doubting_the_future_a_clock_set_back_puts_the_question_off_until_it_has_caught_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = questions._asks
    monkeypatch.setattr(questions, "_asks", lambda now: plain(now) & Q(last__lte=now))
    (payment,) = covered(world, 1)
    claim = partial(questions.claim_questions, gateway=world.gateway.name)
    assert claim(now=world.now + timedelta(days=100)) == [payment]
    assert [claim(now=world.now + timedelta(days=day)) for day in (0, 1, 50, 100)] == [[], [], [], []]
    assert claim(now=world.now + timedelta(days=107)) == [payment]


def test_what_another_processor_holds_is_not_asked_of_this_one(world: World) -> None:
    (payment,) = covered(world, 1)
    Payment.objects.filter(pk=payment.pk).update(gateway="another")
    world.pass_time(days=1)
    assert times_asked(world, 1) == [0]
