"""Many visitors want the last place of a half hour at one moment: one has it, whether the lock holds them back or not."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from sonae.apps.contact import locks
from sonae.apps.contact.callbacks import free_slots
from sonae.apps.contact.models import CallbackBooking, Consultation
from sonae.apps.contact.use_cases import book_callback as use_case
from sonae.apps.contact.use_cases.book_callback import SlotTaken, rebook_callback
from sonae.apps.contact.use_cases.close_slot import close_slot
from sonae.apps.contact.use_cases.receive_consultation import Asked, receive_consultation
from sonae.domain.callback_slots import Slot
from tests import clock
from tests.domain.versions import product
from tests.faults.races import all_inside, at_once
from tests.faults.world import World

pytestmark = pytest.mark.faults
PLACES, VISITORS = 2, 8


def wanted() -> Slot:
    """A half hour in which nobody has booked yet: other tests write to the same database for good."""
    free = free_slots(product(), now=clock.now())
    taken = set(CallbackBooking.objects.values_list("begins_at", flat=True))
    return next(slot for slot in free if slot.begins_at not in taken)


def visitor(slot: Slot) -> Consultation:
    asked = Asked(
        kind="callback", name="例示", email=f"{secrets.token_hex(6)}@sample.example", telephone="03-0000-0000"
    )
    return receive_consultation(
        asked=asked, form_key=secrets.token_urlsafe(24), consent_digest="", product=product(), language="ja",
        actor="visitor", slot=slot, now=clock.now(),
    )[0]  # fmt: skip


def visitors(slot: Slot, count: int = VISITORS) -> list[Callable[[], object]]:
    return [partial(visitor, slot) for _ in range(count)]


def living(slot: Slot) -> list[int]:
    return sorted(
        CallbackBooking.objects.filter(begins_at=slot.begins_at, ended_at=None).values_list("place", flat=True)
    )


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_case, "lock_slot", lambda begins_at: None)


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "by the constraint alone"])
def test_a_half_hour_is_never_overbooked(committed: str, monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    if not locked:
        unlocked(monkeypatch)
    slot, before = wanted(), Consultation.objects.count()
    came = at_once(*visitors(slot))
    assert living(slot) == [1, 2]
    assert sum(isinstance(one, Consultation) for one in came) == PLACES
    assert [type(one) for one in came if not isinstance(one, Consultation)] == [SlotTaken] * (VISITORS - PLACES)
    assert Consultation.objects.count() == before + PLACES  # who had no place left nothing behind


def test_two_for_the_last_place_have_one_winner(committed: str) -> None:
    slot = wanted()
    visitor(slot)
    came = at_once(*visitors(slot, 2))
    assert sorted(type(one).__name__ for one in came) == ["Consultation", "SlotTaken"]
    assert living(slot) == [1, 2]


def test_without_lock_and_constraint_two_would_have_one_place(scratch: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both look before either writes, and each takes the place that it saw free."""
    unlocked(monkeypatch)
    all_inside(monkeypatch, use_case, "first_free", 2)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_booking_for_each_place")
    slot = wanted()
    at_once(*visitors(slot, 2))
    assert living(slot) == [1, 1]


def test_moving_crosswise_ends_with_both_booked_and_nobody_waiting_for_ever(committed: str) -> None:
    one_slot = wanted()
    one = visitor(one_slot)
    other_slot = wanted()
    other = visitor(other_slot)
    move = partial(rebook_callback, product=product(), actor="visitor", now=clock.now())
    came = at_once(
        partial(move, consultation=one, slot=other_slot, key=secrets.token_urlsafe(24)),
        partial(move, consultation=other, slot=one_slot, key=secrets.token_urlsafe(24)),
    )
    assert came == [True, True]
    assert (len(living(one_slot)), len(living(other_slot))) == (1, 1)


def test_closing_and_booking_at_one_moment_come_one_after_the_other(committed: str) -> None:
    slot = wanted()
    closing = partial(close_slot, slot=slot, reason="研修", actor="user:1", now=clock.now() - timedelta(seconds=1))
    came = at_once(closing, *visitors(slot, 1))
    assert True in came
    booked = [one for one in came if isinstance(one, Consultation)]
    assert len(living(slot)) == len(booked)
    with pytest.raises(SlotTaken):
        visitor(slot)


def test_each_half_hour_has_a_lock_of_its_own() -> None:
    begins = datetime(2026, 11, 25, 14, tzinfo=clock.now().tzinfo)
    numbers = {int((begins + timedelta(minutes=30 * n)).timestamp()) // 60 % locks.LARGEST for n in range(16)}
    assert len(numbers) == 16
