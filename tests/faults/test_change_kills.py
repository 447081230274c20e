"""kill -9 at every point of a change with its payment, of return premium on its way to the card, of a kept card."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sonae.apps.billing.models import Refund, SavedCard
from sonae.apps.billing.use_cases.keep_card import remove_saved_card
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from tests.faults.children import Zygote
from tests.faults.test_kills import CAPTURE, OPENING, REFUND, RELEASE, WAYS, points_in_source
from tests.faults.world import World

pytestmark = pytest.mark.faults
SOAK_ROUNDS = int(os.environ.get("SONAE_SOAK_ROUNDS", "0"))  # `make soak` sets it
NAMED_TIMES, OTHER_TIMES = max(3, SOAK_ROUNDS), max(1, SOAK_ROUNDS)
DECLINED_LATER = "4000000000000341"


@pytest.fixture(scope="module")
def zygote(fault_database: str, processor: Any) -> Iterator[Zygote]:
    with Zygote(database=fault_database, processor=processor.server.url) as warm:
        yield warm


@dataclass(frozen=True)
class Way:
    """How far to go beforehand, the act in which the process may die, how things stand in the end, the named points passed, and
    how they stand if nothing was written down and nobody came again."""

    act: str
    prepare: Callable[[World], object]
    end: object
    passes: set[str]
    untouched: object | None = None
    comes_again: bool = False


def waiting(world: World) -> object:
    return {"change": world.change().public_id, "on_saved_card": False}


def authorised(world: World) -> str:
    payment = world.pay_change(world.change())
    world.pay(payment)
    return payment.key


def authorised_again(world: World) -> object:
    return {"change": authorised(world).split(":")[1], "on_saved_card": False}


def on_the_page(world: World) -> str:
    return world.pay_change(world.change()).key


def overtaken(world: World) -> str:
    """Somebody's act stands in the log although a change waits: only the second look can see it."""
    key = authorised(world)
    certificate = ChangeRequest.objects.get(public_id=key.split(":")[1]).certificate
    last = certificate.transactions.latest("seq")
    Transaction.objects.create(
        certificate=certificate, seq=last.seq + 1, kind="change", effective_date=last.effective_date,
        recorded_at=world.now, patch={}, actor="user:other", rating_digest=last.rating_digest,
        total_premium_after=last.total_premium_after, premium_difference=0,
    )  # fmt: skip
    return key


def charged_in_vain(world: World) -> str:
    payment = world.pay_change(world.change())
    world.pay(payment)
    held = world.gateway.read_payment(session_id=payment.session_id)
    world.gateway.capture(payment_id=held.payment_id, charge_yen=payment.charge_yen, key=f"foreign:{payment.key}")
    return payment.key


def with_a_kept_card(world: World) -> object:
    return {"change": world.change(world.covered(keeps_card=True)).public_id, "on_saved_card": True}


def with_a_kept_card_that_is_declined(world: World) -> object:
    certificate = world.covered(number=DECLINED_LATER, keeps_card=True)
    return {"change": world.change(certificate).public_id, "on_saved_card": True}


def for_less(world: World) -> object:
    certificate = world.covered("P300")
    return {"key": f"less:{certificate.number}", "number": certificate.number, "plan": "P100"}


def owed_back(world: World) -> str:
    """Return premium that is written down and not yet given back."""
    world.change(certificate := world.covered("P300"), "P100")
    return str(Refund.objects.get(payment__allocations__charge__transaction__certificate=certificate).key)


def removed_card(world: World) -> object:
    certificate = world.covered(keeps_card=True)
    saved = SavedCard.objects.get(member=certificate.member)
    remove_saved_card(saved_card_id=saved.pk, member=certificate.member, actor="user:test", now=world.now)
    return saved.pk


def stands(world: World, on: object, way: Way) -> object:
    """How things stand, by what the way was about."""
    if way.act == "forget":
        return SavedCard.objects.get(pk=on).forgotten_at is not None
    if way.act == "refund":
        return Refund.objects.get(key=on).refunded_at is not None
    if way.act == "ask_change":
        assert isinstance(on, dict)
        certificate = Certificate.objects.get(number=on["number"])
        given_back = Refund.objects.filter(payment__allocations__charge__transaction__certificate=certificate)
        return certificate.transactions.count(), [refund.refunded_at is not None for refund in given_back]
    public_id = on["change"] if isinstance(on, dict) else str(on).split(":")[1]
    return world.change_states(ChangeRequest.objects.get(public_id=public_id))


RECORDED, WAITS, FREE, GIVEN_BACK = (
    ("done", "captured"), ("waiting", "open"), ("waiting", "closed"), ("closed", "captured")
)  # fmt: skip
SAVED = {
    "payment.written_down",
    "saved_card.before_call",
    "saved_card.after_call",
    "saved_card.committed",
    "settle.read",
}
CHANGE_WAYS = {
    "pay": Way("begin_change", waiting, WAITS, OPENING, untouched=("waiting", ""), comes_again=True),
    "return": Way("settle", authorised, RECORDED, {"settle.read", *CAPTURE}),
    "pay again": Way(
        "begin_change", authorised_again, RECORDED, {"payment.written_down", "settle.read", *CAPTURE}, comes_again=True
    ),
    "leave": Way("leave", on_the_page, FREE, {"settle.read", *RELEASE}, untouched=WAITS, comes_again=True),
    "overtaken": Way("settle", overtaken, FREE, {"settle.read", *RELEASE}),
    "charged in vain": Way("settle", charged_in_vain, GIVEN_BACK, {"settle.read", *REFUND}),
    "kept card": Way(
        "begin_change", with_a_kept_card, RECORDED, SAVED | CAPTURE, untouched=("waiting", ""), comes_again=True
    ),
    "kept card declined": Way(
        "begin_change", with_a_kept_card_that_is_declined, FREE, SAVED, untouched=("waiting", "")
    ),
    "for less": Way("ask_change", for_less, (2, [True]), set(), untouched=(1, []), comes_again=True),
    "refund": Way("refund", owed_back, True, {"refund.before_call", "refund.after_call", "refund.committed"}),
    "forget": Way("forget", removed_card, True, {"forget.before_call", "forget.after_call"}),
}  # fmt: skip


FIRST_WAY = {point: name for name, way in reversed(CHANGE_WAYS.items()) for point in way.passes}


@pytest.mark.parametrize("name", CHANGE_WAYS)
def test_a_process_killed_at_any_point_of_a_change_leaves_books_that_heal(
    world: World, zygote: Zygote, name: str
) -> None:
    """Each named point three times in the first way that passes it, everything else once; the last time the member comes again."""
    way = CHANGE_WAYS[name]
    on = way.prepare(world)
    told = zygote.run(way.act, on, now=world.now)
    assert told["error"] == ""
    points = told["reached"]
    named = {point.partition("#")[0] for point in points} & points_in_source()
    assert named == way.passes
    killed = []
    for point in points:
        times = NAMED_TIMES if FIRST_WAY.get(point.partition("#")[0]) == name else OTHER_TIMES
        for turn in range(times):
            on = way.prepare(world)
            told = zygote.run(way.act, on, now=world.now, kill=point)
            assert told["killed"], (point, told)
            killed.append((point, on, way.comes_again and turn == times - 1))
    world.pass_time(minutes=1)
    for point in points:
        zygote.run("sweep", now=world.now, kill=point)
    for _point, on, again in killed:
        if again:
            assert zygote.run(way.act, on, now=world.now)["error"] == ""
    for minutes in (1, 2, 4, 6):
        world.pass_time(minutes=minutes)
        world.sweep()
        assert zygote.run("forget", now=world.now)["error"] == ""
    for point, on, again in killed:
        nothing_done = way.untouched is not None and point == "commit#1" and not again
        assert stands(world, on, way) == (way.untouched if nothing_done else way.end), (point, again)
    assert world.changed_books() == []


def test_every_named_point_is_passed_by_some_way() -> None:
    """A point that nobody passes is never killed at."""
    passed = set().union(*(way.passes for way in WAYS.values()), *(way.passes for way in CHANGE_WAYS.values()))
    assert points_in_source() == passed
    assert len(points_in_source()) >= 20


def test_without_transactions_a_kill_leaves_a_change_half_recorded(world: World, zygote: Zygote) -> None:
    """The guard off: each write is a commit of its own, and what a kill leaves behind doesn't heal."""
    key = authorised(world)
    told = zygote.run("settle", key, now=world.now, kill="write done#5", without_transactions=True)
    assert told["killed"], told
    world.heal(minutes=13)
    assert world.changed_books() != []
