"""Calls that visitors book: places of a half hour, moving, cancelling, and what a supervisor closes."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.callbacks import free_slots, list_callbacks
from sonae.apps.contact.models import CallbackBooking, Consultation
from sonae.apps.contact.use_cases.book_callback import NothingBooked, SlotTaken, cancel_callback, rebook_callback
from sonae.apps.contact.use_cases.close_slot import close_slot, reopen_slot
from sonae.apps.documents.models import OutboxMessage
from sonae.domain.callback_slots import Slot
from sonae.domain.consultation import Outcome
from tests import clock
from tests.apps.contact.desk import CALLBACK, ask, clerk, contact, key, slot, standing
from tests.domain.versions import product

pytestmark = pytest.mark.django_db
AFTERNOON, MORNING = "2026-11-25T14:00", "2026-11-26T09:00"


def book(code: str = AFTERNOON, **changed: str) -> Consultation:
    return ask(slot=slot(code), **CALLBACK | changed)


def codes() -> set[str]:
    return {one.code for one in free_slots(product(), now=clock.now())}


def rebook(found: Consultation, where: Slot) -> bool:
    return rebook_callback(
        consultation=found, slot=where, product=product(), key=key(), actor="visitor", now=clock.now()
    )


def living() -> list[tuple[str, int]]:
    found = CallbackBooking.objects.filter(ended_at=None).order_by("begins_at", "place")
    return [(Slot(one.begins_at, one.ends_at).code, one.place) for one in found]


def test_a_booked_call_is_an_event_and_due_by_the_end_of_its_half_hour(programme: object) -> None:
    wanted = slot(AFTERNOON)
    found = book()
    assert living() == [(AFTERNOON, 1)]
    assert list(found.events.values_list("kind", "actor", "channel")) == [("call_booked", "visitor", "web")]
    assert standing(found).next_due == wanted.ends_at
    body = OutboxMessage.objects.get().body
    assert "お電話：11月25日（水） 14:00〜14:30のあいだに差し上げます。" in body
    assert f"/consultation/{found.token}/call-back/" in body
    assert found.telephone not in body


def test_a_full_half_hour_is_offered_no_more_and_refuses_a_third(programme: object) -> None:
    wanted = slot(AFTERNOON)
    book()
    assert AFTERNOON in codes()
    book(email="two@sample.example")
    assert AFTERNOON not in codes()
    with pytest.raises(SlotTaken):
        ask(slot=wanted, **CALLBACK | {"email": "three@sample.example"})
    assert living() == [(AFTERNOON, 1), (AFTERNOON, 2)]
    assert Consultation.objects.count() == 2
    assert not OutboxMessage.objects.filter(recipient="three@sample.example").exists()


def test_a_place_that_is_given_up_can_be_had_again(programme: object) -> None:
    first = book()
    book(email="two@sample.example")
    assert rebook(first, slot(MORNING))
    assert AFTERNOON in codes()
    book(email="three@sample.example")
    assert living() == [(AFTERNOON, 1), (AFTERNOON, 2), (MORNING, 1)]
    assert standing(first).slot_begins_at == slot(MORNING).begins_at


def test_moving_to_a_full_half_hour_leaves_the_old_one_booked(programme: object) -> None:
    wanted = slot(AFTERNOON)
    for email in ("one@sample.example", "two@sample.example"):
        book(email=email)
    found = book(MORNING)
    with pytest.raises(SlotTaken):
        rebook(found, wanted)
    assert (MORNING, 1) in living()
    assert standing(found).slot_begins_at == slot(MORNING).begins_at


def test_moving_to_where_it_is_changes_nothing_and_sends_no_mail(programme: object) -> None:
    found = book()
    assert not rebook(found, slot(AFTERNOON))
    assert (found.events.count(), OutboxMessage.objects.count()) == (1, 1)


def test_moved_and_cancelled_are_confirmed_without_a_word_that_was_typed(programme: object) -> None:
    found = book(message="buy at evil.example")
    rebook(found, slot(MORNING))
    cancel_callback(consultation=found, product=product(), key=key(), actor="visitor", now=clock.now())
    moved, cancelled = OutboxMessage.objects.filter(key__startswith="callback:").order_by("id")
    assert "11月26日（木） 09:00〜09:30" in moved.body
    assert "取り消しました" in cancelled.subject
    assert not re.search("evil|青木|03-1234", moved.body + cancelled.body)


def test_a_cancelled_call_frees_its_place_and_the_usual_due_time_holds_again(programme: object) -> None:
    found = book()
    usual = standing(ask()).next_due
    cancel_callback(consultation=found, product=product(), key=key(), actor="visitor", now=clock.now())
    assert (living(), standing(found).next_due) == ([], usual)
    with pytest.raises(NothingBooked):
        cancel_callback(consultation=found, product=product(), key=key(), actor="visitor", now=clock.now())
    assert rebook(found, slot(MORNING))


def test_a_half_hour_that_has_begun_is_cancelled_no_more_but_another_can_be_booked(programme: object) -> None:
    found, begins = book(), slot(AFTERNOON).begins_at
    with clock.at(begins):
        with pytest.raises(NothingBooked):
            cancel_callback(consultation=found, product=product(), key=key(), actor="visitor", now=clock.now())
        assert rebook(found, slot(MORNING))
    assert living() == [(MORNING, 1)]


def test_who_was_called_before_or_wants_no_call_keeps_nobody_out(programme: object) -> None:
    user, found, other, begins = clerk(), book(), book(MORNING), slot(AFTERNOON).begins_at
    contact(found, user, "not_reached")
    assert len(living()) == 2
    contact(found, user)
    contact(other, user, "note", outcome=Outcome.TAKEN_BACK)
    assert living() == []
    kept = book()
    contact(kept, user, now=begins + timedelta(minutes=5))
    assert living() == [(AFTERNOON, 1)]  # its half hour has begun, and the day's list says that it is done


def test_what_a_supervisor_closes_takes_no_booking_and_keeps_those_it_has(programme: object) -> None:
    wanted = slot(AFTERNOON)
    found = book()
    assert close_slot(slot=wanted, reason="研修", actor="user:1", now=clock.now())
    assert not close_slot(slot=wanted, reason="again", actor="user:1", now=clock.now())
    assert AFTERNOON not in codes()
    with pytest.raises(SlotTaken):
        ask(slot=wanted, **CALLBACK)
    assert standing(found).slot_begins_at == wanted.begins_at
    (shown,) = (one for one in list_callbacks(product(), day=date(2026, 11, 25)) if one.slot == wanted)
    assert (len(shown.bookings), shown.left, shown.closed and shown.closed.reason) == (1, 0, "研修")
    assert reopen_slot(slot=wanted, actor="user:2", now=clock.now())
    assert not reopen_slot(slot=wanted, actor="user:2", now=clock.now())
    assert AFTERNOON in codes()
    assert list(AuditEntry.objects.filter(object_kind="callback_slot").values_list("action", flat=True)) == [
        "callback_slot.closed", "callback_slot.reopened",
    ]  # fmt: skip


def test_the_day_shows_its_half_hours_in_order_with_whom_to_call(programme: object) -> None:
    book()
    book(email="two@sample.example")
    rows = list_callbacks(product(), day=date(2026, 11, 25))
    assert [one.slot for one in rows] == sorted(one.slot for one in rows)
    assert len(rows) == 16
    booked = [(one.slot.code, [b.consultation.email for b in one.bookings], one.left) for one in rows if one.bookings]
    assert booked == [(AFTERNOON, [CALLBACK["email"], "two@sample.example"], 0)]


def test_the_database_itself_gives_a_place_to_one(programme: object) -> None:
    found, other, wanted = book(), ask(), slot(AFTERNOON)
    given = {"begins_at": wanted.begins_at, "ends_at": wanted.ends_at, "booked_at": clock.now()}
    with pytest.raises(IntegrityError, match="one_booking_for_each_place"), transaction.atomic():
        CallbackBooking.objects.create(consultation=other, place=1, **given)
    with pytest.raises(IntegrityError, match="one_booking_for_each_consultation"), transaction.atomic():
        CallbackBooking.objects.create(consultation=found, place=2, **given)
    with pytest.raises(IntegrityError, match="places_count_from_one"), transaction.atomic():
        CallbackBooking.objects.create(consultation=other, place=0, **given)


def test_one_form_books_once(programme: object) -> None:
    found = book()
    again = ask(slot=slot(MORNING), **CALLBACK)
    assert found != again
    assert [one[0] for one in living()] == [AFTERNOON, MORNING]
    assert slot(AFTERNOON).ends_at - slot(AFTERNOON).begins_at == timedelta(minutes=30)
