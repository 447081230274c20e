"""What happened to a consultation, folded into how it stands: open or not, whose it is, and its clocks.

Two clocks run independently of each other and of the state: the first response, from what came in to the first answer by a
person; and the follow-up, from whatever asks for another contact to that contact. Nothing of this is kept: it is worked out
from the events, so one that is recorded late moves the clocks to where they belong. Both go by the window's hours, never round
the clock (docs/algorithms/consultation-clocks.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sonae.domain.product.definition import Contact
from sonae.domain.staff_rights import Right
from sonae.domain.window import IsHoliday, answer_due, day_due


class EventKind(StrEnum):
    """``HEARD`` is the person's own word, by whichever channel; ``NOTE`` is for colleagues alone."""

    TAKEN = "taken"
    CALLED = "called"
    NOT_REACHED = "not_reached"
    ANSWERED = "answered"
    HEARD = "heard"
    NOTE = "note"
    HANDED_OVER = "handed_over"
    FOLLOW_UP_SET = "follow_up_set"
    CALL_BOOKED = "call_booked"
    CALL_CANCELLED = "call_cancelled"
    NEEDS_RECORDED = "needs_recorded"
    PLAN_EXPLAINED = "plan_explained"
    PLAN_RECOMMENDED = "plan_recommended"
    LINK_SENT = "link_sent"
    CLOSED = "closed"
    REOPENED = "reopened"


class Channel(StrEnum):
    """By which way something reached us or the person."""

    DESK = "desk"
    WEB = "web"
    TELEPHONE = "telephone"
    MAIL = "mail"
    LETTER = "letter"


class Outcome(StrEnum):
    """Why a consultation was closed."""

    ANSWERED = "answered"
    GUIDED = "guided"  # to the procedure, or to papers
    RECOMMENDED = "recommended"
    PASSED_ON = "passed_on"
    NOT_REACHED = "not_reached"
    TAKEN_BACK = "taken_back"  # by the person
    DUPLICATE = "duplicate"


HUMAN_ANSWERS = frozenset({EventKind.CALLED, EventKind.ANSWERED})
SOLICITING = frozenset(
    {EventKind.NEEDS_RECORDED, EventKind.PLAN_EXPLAINED, EventKind.PLAN_RECOMMENDED, EventKind.LINK_SENT}
)


def may_record(kind: EventKind, rights: Collection[Right]) -> bool:
    """Whether somebody with these rights may do what such an event tells of. Soliciting takes the right to solicit, which ends
    with the registration (保険業法 275, 276)."""
    needed = {Right.TAKE_CONSULTATIONS, Right.SOLICIT} if kind in SOLICITING else {Right.TAKE_CONSULTATIONS}
    return needed <= set(rights)


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``seq`` is the order of recording, ``occurred_at`` when it happened. Empty what the kind has no use for."""

    seq: int
    kind: EventKind
    occurred_at: datetime
    actor: str
    outcome: str = ""
    follow_up_on: date | None = None  # of FOLLOW_UP_SET; None takes the promise back
    handed_to: str = ""  # of HANDED_OVER; empty for any registered solicitor
    slot_begins_at: datetime | None = None  # of CALL_BOOKED
    slot_ends_at: datetime | None = None

    @property
    def is_human_answer(self) -> bool:
        """What a machine sends by itself, such as a receipt, answers nobody."""
        return self.kind in HUMAN_ANSWERS and self.actor.startswith("user:")


@dataclass(frozen=True, slots=True)
class Clock:
    """It runs until somebody answers, or until the consultation is closed without an answer. ``due_at`` is None where the window
    doesn't open again."""

    began_at: datetime
    due_at: datetime | None
    answered_at: datetime | None = None
    ended_at: datetime | None = None  # closed without an answer

    @property
    def stopped_at(self) -> datetime | None:
        return self.answered_at or self.ended_at

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None

    def is_late(self, at: datetime) -> bool:
        """Whether it was, or at that moment is, answered after it was due. Who was never to be answered is not late."""
        return self.due_at is not None and self.due_at < (self.stopped_at or at)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a consultation stands after all that is known."""

    is_open: bool
    first_response: Clock
    follow_ups: tuple[Clock, ...] = ()  # oldest first; the last one may run
    outcome: str = ""
    closed_at: datetime | None = None
    holder: str = ""  # whoever took it, or got it handed over
    waits_for_solicitor: bool = False
    promised_on: date | None = None
    slot_begins_at: datetime | None = None
    slot_ends_at: datetime | None = None

    @property
    def follow_up(self) -> Clock | None:
        """The one that runs."""
        return self.follow_ups[-1] if self.follow_ups and self.follow_ups[-1].is_running else None

    @property
    def next_due(self) -> datetime | None:
        """The earliest moment by which somebody has to act; None while nothing runs."""
        running = (clock for clock in (self.first_response, self.follow_up) if clock is not None and clock.is_running)
        return min((clock.due_at for clock in running if clock.due_at), default=None)


def standing_of(received_at: datetime, events: Iterable[Event], contact: Contact, is_holiday: IsHoliday) -> Standing:
    """The fold, in the order in which things happened; of what happened at one moment, in the order of recording."""
    fold = _Fold(contact, is_holiday, received_at)
    for event in sorted(events, key=lambda one: (one.occurred_at, one.seq)):
        fold.add(event)
    return fold.standing()


class _Fold:
    """How it stands so far. ``wanted`` is what asks for a follow-up: each reason with its beginning and by when it is due."""

    def __init__(self, contact: Contact, is_holiday: IsHoliday, received_at: datetime) -> None:
        self.contact, self.is_holiday = contact, is_holiday
        self.usual_due = self.due_after(received_at)
        self.now = Standing(True, Clock(received_at, self.usual_due))
        self.wanted: dict[str, tuple[datetime, datetime | None]] = {}
        self.done: list[Clock] = []

    def add(self, event: Event) -> None:
        match event.kind:
            case EventKind.CALLED | EventKind.ANSWERED:
                self._answered(event)
            case EventKind.TAKEN:
                self.now = replace(self.now, holder=event.actor, waits_for_solicitor=False)
            case EventKind.HANDED_OVER:
                self.now = replace(self.now, holder=event.handed_to, waits_for_solicitor=not event.handed_to)
            case EventKind.HEARD:
                self._heard(event)
            case EventKind.FOLLOW_UP_SET:
                self._promised(event)
            case EventKind.CALL_BOOKED:
                self._booked(event)
            case EventKind.CALL_CANCELLED:
                self._call_cancelled()
            case EventKind.CLOSED if self.now.is_open:
                self._closed(event)
            case EventKind.REOPENED if not self.now.is_open:
                if self.is_answered:
                    self.wanted["reopened"] = (event.occurred_at, self.due_after(event.occurred_at))
                self._open()

    def standing(self) -> Standing:
        running = self._follow_up()
        return replace(self.now, follow_ups=(*self.done, *((running,) if running else ())))

    @property
    def is_answered(self) -> bool:
        return self.now.first_response.answered_at is not None

    def due_after(self, moment: datetime) -> datetime | None:
        return answer_due(self.contact, moment, self.is_holiday)

    def _answered(self, event: Event) -> None:
        """A contact answers everything that was wanted until then, whatever state is set in the same step. A mail is no call,
        though: who has booked one still waits for it."""
        if not event.is_human_answer:
            return
        if not self.is_answered:
            self._set_first(replace(self.now.first_response, answered_at=event.occurred_at, ended_at=None))
        self._stop_follow_up(answered_at=event.occurred_at)
        self.now = replace(self.now, promised_on=None)
        if event.kind == EventKind.CALLED:
            self.now = replace(self.now, slot_begins_at=None, slot_ends_at=None)
        elif self.now.slot_ends_at is not None:
            self.wanted["booked"] = (event.occurred_at, self.now.slot_ends_at)

    def _heard(self, event: Event) -> None:
        """Whoever waits for the first answer goes on waiting for it; whoever had one waits for another, from the first word on."""
        if self.is_answered:
            self.wanted.setdefault("heard", (event.occurred_at, self.due_after(event.occurred_at)))
        self._open()

    def _promised(self, event: Event) -> None:
        self.wanted.pop("promised", None)
        day = event.follow_up_on if self.now.is_open else None
        if day is not None:
            self.wanted["promised"] = (event.occurred_at, day_due(self.contact, day, self.is_holiday))
        self.now = replace(self.now, promised_on=day)

    def _booked(self, event: Event) -> None:
        """Who has booked a call is answered in time if it comes in its half hour, be that sooner or later than usual."""
        self._open()
        if self.is_answered:
            self.wanted["booked"] = (event.occurred_at, event.slot_ends_at)
        else:
            self._set_first(replace(self.now.first_response, due_at=event.slot_ends_at))
        self.now = replace(self.now, slot_begins_at=event.slot_begins_at, slot_ends_at=event.slot_ends_at)

    def _call_cancelled(self) -> None:
        self.wanted.pop("booked", None)
        if not self.is_answered:
            self._set_first(replace(self.now.first_response, due_at=self.usual_due))
        self.now = replace(self.now, slot_begins_at=None, slot_ends_at=None)

    def _closed(self, event: Event) -> None:
        if not self.is_answered:
            self._set_first(replace(self.now.first_response, ended_at=event.occurred_at))
        self._stop_follow_up(ended_at=event.occurred_at)
        self.now = replace(
            self.now, is_open=False, outcome=event.outcome, closed_at=event.occurred_at, promised_on=None,
            slot_begins_at=None, slot_ends_at=None, waits_for_solicitor=False,
        )  # fmt: skip

    def _open(self) -> None:
        """A first response that was never given goes on from where it began, as if nobody had closed anything."""
        if not self.now.is_open:
            self.now = replace(self.now, is_open=True, outcome="", closed_at=None)
            self._set_first(replace(self.now.first_response, ended_at=None))

    def _set_first(self, clock: Clock) -> None:
        self.now = replace(self.now, first_response=clock)

    def _follow_up(self) -> Clock | None:
        """Begun with the earliest reason, due with the one that is due first."""
        if not self.wanted:
            return None
        dues = [due for _, due in self.wanted.values() if due is not None]
        return Clock(min(began for began, _ in self.wanted.values()), min(dues, default=None))

    def _stop_follow_up(self, **stopped: datetime) -> None:
        running = self._follow_up()
        if running is not None:
            self.done.append(replace(running, **stopped))
        self.wanted.clear()
