"""How a consultation stands: two clocks that go by the window's hours, from events that may be recorded in any order.

The window is open on weekdays from 9:00 to 17:00, closed on holidays and from 29 December to 3 January; an answer is due by the
close of the next day after the one on which the window first sees what came in.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.calendar import JAPAN
from sonae.domain.consultation import (
    HUMAN_ANSWERS,
    SOLICITING,
    Event,
    EventKind,
    Standing,
    may_record,
    standing_of,
)
from sonae.domain.staff_rights import Right
from sonae.domain.window import day_due, time_open
from sonae.integrations.holidays.japan import is_holiday
from tests.domain.versions import product

CONTACT = product().contact
STAFF = "user:7"
FRIDAY = "2026-11-27 16:30"


def at(written: str) -> datetime:
    """2026-11-27 16:59 on the wall in Japan."""
    return datetime.fromisoformat(written).replace(tzinfo=JAPAN)


def event(kind: EventKind, when: str, seq: int = 1, **more: object) -> Event:
    return Event(**{"seq": seq, "kind": kind, "occurred_at": at(when), "actor": STAFF, **more})  # type: ignore[arg-type]


def standing(received: str, *events: Event) -> Standing:
    return standing_of(at(received), events, CONTACT, is_holiday)


def closed(when: str, seq: int = 1, outcome: str = "answered") -> Event:
    return event(EventKind.CLOSED, when, seq, outcome=outcome)


def promise(day: str, when: str, seq: int = 1) -> Event:
    return event(EventKind.FOLLOW_UP_SET, when, seq, follow_up_on=date.fromisoformat(day))


# --- Worked by hand -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "answered", "due", "minutes"),
    [
        # Over a weekend: half an hour on Friday, twenty minutes on Monday.
        ("2026-11-27 16:30", "2026-11-30 09:20", "2026-11-30 17:00", 30 + 20),
        # Over a weekend and 勤労感謝の日, Monday 23 November: an hour on Friday, an hour on Tuesday.
        ("2026-11-20 16:00", "2026-11-24 10:00", "2026-11-24 17:00", 60 + 60),
        # The last afternoon of the year: an hour then, two hours on 4 January.
        ("2026-12-28 16:00", "2027-01-04 11:00", "2027-01-04 17:00", 60 + 120),
        # 29 December, when nobody is there: seen on 4 January, so due on the 5th; half an hour.
        ("2026-12-29 10:00", "2027-01-04 09:30", "2027-01-05 17:00", 30),
        # On a Saturday night, answered on Tuesday after it was due: all of Monday, all of Tuesday's first hour.
        ("2026-11-28 23:00", "2026-12-02 10:00", "2026-12-01 17:00", 480 + 480 + 60),
    ],
)
def test_the_first_response_by_hand(received: str, answered: str, due: str, minutes: int) -> None:
    clock = standing(received, event(EventKind.ANSWERED, answered)).first_response
    assert (clock.due_at, clock.answered_at) == (at(due), at(answered))
    assert clock.is_late(at(answered)) == (at(answered) > at(due))
    assert time_open(CONTACT, clock.began_at, at(answered), is_holiday) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-12-02", "2026-12-02 17:00"),  # a Wednesday
        ("2026-11-28", "2026-11-30 17:00"),  # a Saturday: Monday
        ("2026-12-30", "2027-01-04 17:00"),  # over New Year
        ("2027-01-11", "2027-01-12 17:00"),  # 成人の日
    ],
)
def test_a_follow_up_promised_for_a_day_by_hand(day: str, due: str) -> None:
    found = standing(FRIDAY, event(EventKind.CALLED, "2026-11-27 16:40", 1), promise(day, "2026-11-27 16:40", 2))
    assert found.follow_up is not None
    assert (found.follow_up.due_at, found.next_due, found.promised_on) == (at(due), at(due), date.fromisoformat(day))


def test_one_week_of_a_consultation_by_hand() -> None:
    """Asked on Friday; not reached on Monday, to be tried on Tuesday; reached on Tuesday, late; asks again on Wednesday at 18:00,
    which the window sees on Thursday; answered on Friday and closed in the same step."""
    found = standing(
        FRIDAY,
        event(EventKind.NOT_REACHED, "2026-11-30 11:00", 1),
        promise("2026-12-01", "2026-11-30 11:00", 2),
        event(EventKind.CALLED, "2026-12-01 10:00", 3),
        event(EventKind.HEARD, "2026-12-02 18:00", 4, actor="visitor"),
        event(EventKind.ANSWERED, "2026-12-04 16:00", 5),
        closed("2026-12-04 16:00", 6),
    )
    first, (promised, heard) = found.first_response, found.follow_ups
    assert (first.due_at, first.answered_at) == (at("2026-11-30 17:00"), at("2026-12-01 10:00"))
    assert (promised.began_at, promised.due_at) == (at("2026-11-30 11:00"), at("2026-12-01 17:00"))
    assert (heard.began_at, heard.due_at) == (at("2026-12-02 18:00"), at("2026-12-04 17:00"))
    assert [clock.is_late(at("2026-12-31 00:00")) for clock in (first, promised, heard)] == [True, False, False]
    assert (found.is_open, found.outcome, found.closed_at) == (False, "answered", at("2026-12-04 16:00"))
    assert found.next_due is None


# --- The traps of others --------------------------------------------------------------------------------------------


def test_an_answer_stops_the_first_response_whatever_is_set_in_the_same_step() -> None:
    answered = event(EventKind.ANSWERED, "2026-11-27 16:50", 1)
    for beside in (closed("2026-11-27 16:50", 2), promise("2026-12-01", "2026-11-27 16:50", 2)):
        for order in ((answered, beside), (replace(answered, seq=2), replace(beside, seq=1))):
            assert standing(FRIDAY, *order).first_response.answered_at == at("2026-11-27 16:50")


def test_a_try_a_note_and_a_machine_answer_nobody() -> None:
    found = standing(
        FRIDAY,
        event(EventKind.NOT_REACHED, "2026-11-27 16:40", 1),
        event(EventKind.NOTE, "2026-11-27 16:41", 2),
        event(EventKind.ANSWERED, "2026-11-27 16:42", 3, actor="system:receipt"),
        event(EventKind.TAKEN, "2026-11-27 16:43", 4),
        event(EventKind.HANDED_OVER, "2026-11-27 16:44", 5),
    )
    assert found.first_response.is_running
    assert found.next_due == at("2026-11-30 17:00")


def test_the_persons_word_counts_by_any_way_and_opens_what_was_closed() -> None:
    before = (event(EventKind.ANSWERED, "2026-11-27 16:40", 1), closed("2026-11-27 16:45", 2))
    found = standing(FRIDAY, *before, event(EventKind.HEARD, "2026-11-30 10:00", 3, actor=STAFF))
    assert (found.is_open, found.outcome) == (True, "")
    assert found.follow_up is not None
    assert found.follow_up.due_at == at("2026-12-01 17:00")
    again = standing(
        FRIDAY, *before, event(EventKind.HEARD, "2026-11-30 10:00", 3), event(EventKind.HEARD, "2026-12-01 16:00", 4)
    )
    assert again.follow_up == found.follow_up  # asking twice doesn't put it off


def test_closing_without_an_answer_ends_the_clock_and_reopening_lets_it_go_on() -> None:
    shut = standing(FRIDAY, closed("2026-11-30 12:00"))
    assert shut.first_response.ended_at == at("2026-11-30 12:00")
    assert not shut.first_response.is_late(at("2027-11-30 12:00"))
    opened = standing(FRIDAY, closed("2026-11-30 12:00"), event(EventKind.REOPENED, "2026-12-03 12:00", 2))
    assert opened.first_response == standing(FRIDAY).first_response
    assert opened.first_response.is_late(at("2026-12-03 12:00"))


def test_closing_and_reopening_keep_what_was_measured() -> None:
    answered = event(EventKind.CALLED, "2026-11-27 16:40", 1)
    measured = standing(FRIDAY, answered).first_response
    found = standing(
        FRIDAY, answered, closed("2026-11-30 10:00", 2), event(EventKind.REOPENED, "2026-12-01 10:00", 3),
        closed("2026-12-01 11:00", 4), event(EventKind.REOPENED, "2026-12-02 10:00", 5),
    )  # fmt: skip
    assert found.first_response == measured
    assert found.is_open
    assert [clock.ended_at for clock in found.follow_ups] == [at("2026-12-01 11:00"), None]


def test_what_is_recorded_late_moves_the_clock_to_where_it_belongs() -> None:
    written = (event(EventKind.ANSWERED, "2026-12-02 10:00", 1), closed("2026-12-02 10:05", 2))
    assert standing(FRIDAY, *written).first_response.is_late(at("2026-12-03 10:00"))
    told_afterwards = event(EventKind.CALLED, "2026-11-30 09:30", 3)
    found = standing(FRIDAY, *written, told_afterwards)
    assert found.first_response.answered_at == at("2026-11-30 09:30")
    assert not found.first_response.is_late(at("2026-12-03 10:00"))
    assert not found.is_open  # the call was before the closing


def test_a_booked_call_is_in_time_within_its_half_hour_and_moving_it_moves_that() -> None:
    slot = {"slot_begins_at": at("2026-12-08 14:00"), "slot_ends_at": at("2026-12-08 14:30")}
    later = {"slot_begins_at": at("2026-12-09 09:00"), "slot_ends_at": at("2026-12-09 09:30")}
    booked = event(EventKind.CALL_BOOKED, FRIDAY, 1, actor="visitor", **slot)
    moved = event(EventKind.CALL_BOOKED, "2026-12-01 10:00", 2, actor="visitor", **later)
    cancelled = event(EventKind.CALL_CANCELLED, "2026-12-02 10:00", 3, actor="visitor")
    assert standing(FRIDAY, booked).next_due == at("2026-12-08 14:30")
    assert standing(FRIDAY, booked, moved).next_due == at("2026-12-09 09:30")
    assert standing(FRIDAY, booked, moved).slot_begins_at == at("2026-12-09 09:00")
    assert standing(FRIDAY, booked, moved, cancelled).next_due == at("2026-11-30 17:00")
    assert standing(FRIDAY, booked, event(EventKind.CALLED, "2026-12-08 14:05", 4)).slot_begins_at is None


def test_a_call_booked_after_the_first_answer_is_a_follow_up() -> None:
    answered = event(EventKind.ANSWERED, "2026-11-27 16:40", 1)
    slot = {"slot_begins_at": at("2026-12-08 14:00"), "slot_ends_at": at("2026-12-08 14:30")}
    found = standing(FRIDAY, answered, event(EventKind.CALL_BOOKED, "2026-11-30 10:00", 2, actor="visitor", **slot))
    assert found.first_response == standing(FRIDAY, answered).first_response
    assert found.next_due == at("2026-12-08 14:30")


def test_a_mail_answers_but_a_booked_call_still_waits_to_be_made() -> None:
    slot = {"slot_begins_at": at("2026-12-08 14:00"), "slot_ends_at": at("2026-12-08 14:30")}
    booked = event(EventKind.CALL_BOOKED, FRIDAY, 1, actor="visitor", **slot)
    mailed = event(EventKind.ANSWERED, "2026-11-30 10:00", 2)
    found = standing(FRIDAY, booked, mailed)
    assert found.first_response.answered_at == at("2026-11-30 10:00")
    assert (found.next_due, found.slot_begins_at) == (at("2026-12-08 14:30"), at("2026-12-08 14:00"))
    called = standing(FRIDAY, booked, mailed, event(EventKind.CALLED, "2026-12-08 14:10", 3))
    assert (called.next_due, called.slot_begins_at) == (None, None)


def test_a_promise_is_kept_by_a_contact_replaced_by_another_and_taken_back() -> None:
    called, promised = event(EventKind.CALLED, "2026-11-27 16:40", 1), promise("2026-12-04", "2026-11-27 16:40", 2)
    kept = standing(FRIDAY, called, promised, event(EventKind.CALLED, "2026-12-02 10:00", 3))
    assert (kept.follow_up, kept.promised_on) == (None, None)
    assert kept.follow_ups[0].answered_at == at("2026-12-02 10:00")
    moved = standing(FRIDAY, called, promised, promise("2026-12-09", "2026-12-01 10:00", 3))
    assert moved.next_due == at("2026-12-09 17:00")
    back = event(EventKind.FOLLOW_UP_SET, "2026-12-01 10:00", 3, follow_up_on=None)
    assert standing(FRIDAY, called, promised, back).next_due is None


def test_whose_it_is_follows_taking_and_handing_over() -> None:
    taken = event(EventKind.TAKEN, "2026-11-27 16:40", 1)
    to_one = event(EventKind.HANDED_OVER, "2026-11-27 16:50", 2, handed_to="user:9")
    to_any = event(EventKind.HANDED_OVER, "2026-11-27 16:50", 2)
    assert standing(FRIDAY, taken).holder == STAFF
    assert (standing(FRIDAY, taken, to_one).holder, standing(FRIDAY, taken, to_one).waits_for_solicitor) == (
        "user:9",
        False,
    )
    assert (standing(FRIDAY, taken, to_any).holder, standing(FRIDAY, taken, to_any).waits_for_solicitor) == ("", True)


@pytest.mark.parametrize("kind", EventKind)
def test_only_who_may_solicit_records_what_solicits(kind: EventKind) -> None:
    clerk, solicitor = {Right.TAKE_CONSULTATIONS}, {Right.TAKE_CONSULTATIONS, Right.SOLICIT}
    assert may_record(kind, solicitor)
    assert may_record(kind, clerk) == (kind not in SOLICITING)
    assert not may_record(kind, {Right.SOLICIT})
    assert not may_record(kind, {Right.SEE_CONSULTATIONS})


# --- Properties -----------------------------------------------------------------------------------------------------

BEGINNING = at("2026-11-20 00:00")
moments = st.integers(0, 60 * 24 * 60).map(lambda minutes: BEGINNING + timedelta(minutes=minutes))


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Any events in any order, by people and machines."""
    events = []
    for seq in range(1, draw(st.integers(0, 12)) + 1):
        begins = draw(moments)
        events.append(
            Event(
                seq=seq,
                kind=draw(st.sampled_from(EventKind)),
                occurred_at=draw(moments),
                actor=draw(st.sampled_from([STAFF, "user:9", "visitor", "system:x"])),
                outcome="answered",
                follow_up_on=draw(st.none() | st.dates(date(2026, 11, 20), date(2027, 1, 31))),
                slot_begins_at=begins,
                slot_ends_at=begins + timedelta(minutes=30),
            )
        )
    return events


def fold(events: list[Event]) -> Standing:
    return standing_of(BEGINNING, events, CONTACT, is_holiday)


@given(histories(), st.randoms())
def test_the_order_in_which_events_are_read_changes_nothing(events: list[Event], random: object) -> None:
    mixed = list(events)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert fold(mixed) == fold(events)


@given(histories())
def test_the_first_response_is_the_first_answer_of_a_person(events: list[Event]) -> None:
    answers = [one.occurred_at for one in events if one.kind in HUMAN_ANSWERS and one.actor.startswith("user:")]
    assert fold(events).first_response.answered_at == min(answers, default=None)
    assert fold(events).first_response.began_at == BEGINNING


@given(histories())
def test_states_and_follow_ups_never_touch_an_answered_first_response(events: list[Event]) -> None:
    beside = {EventKind.CLOSED, EventKind.REOPENED, EventKind.FOLLOW_UP_SET, EventKind.HEARD, EventKind.HANDED_OVER}
    alone = [one for one in events if one.kind not in beside]
    measured = fold(events).first_response
    if measured.answered_at is not None:
        assert measured == fold(alone).first_response


@given(histories(), moments)
def test_notes_of_colleagues_change_nothing_at_all(events: list[Event], when: datetime) -> None:
    noted = [*events, Event(99, EventKind.NOTE, when, STAFF), Event(98, EventKind.NOT_REACHED, when, STAFF)]
    assert fold(noted) == fold(events)


@given(histories())
def test_an_open_one_that_was_never_answered_is_always_due(events: list[Event]) -> None:
    found = fold(events)
    if found.is_open and found.first_response.answered_at is None:
        assert found.next_due is not None
        assert found.first_response.is_running
    if not found.is_open:
        assert found.next_due is None
        assert not found.first_response.is_running


@given(moments, moments, moments)
def test_time_within_the_hours_adds_up_and_is_never_more_than_passed(a: datetime, b: datetime, c: datetime) -> None:
    begin, middle, end = sorted((a, b, c))
    whole = time_open(CONTACT, begin, end, is_holiday)
    parts = [time_open(CONTACT, *pair, is_holiday) for pair in ((begin, middle), (middle, end))]
    assert whole == parts[0] + parts[1]
    assert timedelta() <= whole <= end - begin
    if begin < end:
        assert time_open(CONTACT, end, begin, is_holiday) == timedelta()


def test_a_window_that_never_opens_keeps_no_time_and_sets_no_day() -> None:
    shut = replace(CONTACT, weekdays=())
    assert day_due(shut, date(2026, 12, 1), is_holiday) is None
    found = standing_of(at(FRIDAY), [promise("2026-12-01", "2026-11-27 16:40")], shut, is_holiday)
    assert (found.next_due, found.first_response.is_late(at("2030-01-01 00:00"))) == (None, False)
