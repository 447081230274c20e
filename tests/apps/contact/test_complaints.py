"""The complaints register: entered once, noted step by step, in the order of the days by which an answer is owed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.complaint_models import Complaint, ComplaintStep
from sonae.apps.contact.complaint_rules import complaint_rules
from sonae.apps.contact.complaints import Show, Wanted, count_complaints, find_complaint, list_complaints
from sonae.apps.contact.use_cases.note_complaint import DayOutOfReach, NotNow, WordsMissing, note_complaint
from sonae.apps.contact.use_cases.open_complaint import DayToCome, Told, open_complaint
from sonae.domain.complaint import State, Step
from sonae.domain.staff_rights import Party
from tests import clock
from tests.apps.contact.complaining import TOLD, WORDS, complain, note

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def numbers(show: Show = Show.ALL, *, today: date = TODAY, party: Party = Party.OPERATOR, **wanted: str) -> list[str]:
    rows, _ = list_complaints(party=party, wanted=Wanted(show=show, **wanted), today=today)
    return [one.complaint.number for one in rows]


def test_it_gets_a_number_and_the_day_by_which_it_is_answered(programme: object) -> None:
    light, grave = complain(), complain(gravity="grave", received_on=date(2026, 11, 20))
    assert light.number.startswith("S2026-")
    assert (light.due_on, grave.due_on) == (date(2026, 12, 8), date(2026, 11, 23))
    assert light.days == complaint_rules().days == {"light": 14, "serious": 7, "grave": 3}
    entry = AuditEntry.objects.filter(action="complaint.opened").latest("id")
    assert (entry.object_id, entry.detail) == (
        grave.number,
        {"category": "manner", "gravity": "grave", "against": "operator"},
    )


def test_one_form_gives_one_complaint(programme: object) -> None:
    given: dict[str, Any] = {"told": Told(**TOLD), "form_key": "k" * 32, "actor": "user:1", "now": clock.now()}
    first, again = open_complaint(**given), open_complaint(**given)
    assert (first[1], again) == (True, (first[0], False))
    with pytest.raises(DayToCome):
        complain(received_on=date(2026, 11, 25))
    assert Complaint.objects.count() == 1


def test_what_is_noted_is_kept_in_its_order_with_where_it_stands_then(programme: object) -> None:
    complaint = complain()
    for days, kind in enumerate((Step.DONE, Step.GRADED, Step.ANSWERED, Step.CAUSE, Step.CLOSED, Step.REOPENED)):
        note(complaint, kind, days=days)
    kept = ComplaintStep.objects.order_by("seq")
    assert [(one.seq, one.kind, one.state, one.gravity, one.due_on.day) for one in kept] == [
        (1, "done", "open", "light", 8), (2, "graded", "open", "grave", 27), (3, "answered", "answered", "grave", 27),
        (4, "cause", "answered", "grave", 27), (5, "closed", "closed", "grave", 27), (6, "reopened", "open", "grave", 27),
    ]  # fmt: skip
    assert kept[3].facts == {"text": WORDS["text"], "prevention": WORDS["prevention"]}
    found = find_complaint(party=Party.OPERATOR, number=complaint.number)
    assert found is not None
    last = kept[5]
    assert (found.standing.state, found.standing.gravity, found.standing.due_on) == (
        State(last.state),
        last.gravity,
        last.due_on,
    )


@pytest.mark.parametrize("before", [(), (Step.ANSWERED,), (Step.CAUSE,)])
def test_it_is_not_closed_before_answer_and_cause(programme: object, before: tuple[Step, ...]) -> None:
    complaint = complain()
    for kind in before:
        note(complaint, kind)
    with pytest.raises(NotNow):
        note(complaint, Step.CLOSED)


def test_a_step_on_what_somebody_has_not_seen_is_not_taken(programme: object) -> None:
    complaint = complain()
    note(complaint, Step.DONE)
    with pytest.raises(NotNow):
        note_complaint(
            complaint=complaint, kind=Step.DONE, happened_on=TODAY, words=WORDS, seen=0, actor="user:2", now=clock.now()
        )
    assert ComplaintStep.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "words", "field"),
    [
        (Step.DONE, {}, "text"),
        (Step.ANSWERED, {"text": "  "}, "text"),
        (Step.CAUSE, {"text": "x"}, "prevention"),
        (Step.GRADED, {"text": "x"}, "gravity"),
        (Step.GRADED, {"text": "x", "gravity": "huge"}, "gravity"),
    ],
)
def test_a_step_says_what_it_is_about(programme: object, kind: Step, words: dict[str, str], field: str) -> None:
    with pytest.raises(WordsMissing) as missing:
        note(complain(), kind, words=words)
    assert missing.value.field == field


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 25)])
def test_a_day_out_of_reach_is_refused(programme: object, day: date) -> None:
    with pytest.raises(DayOutOfReach):
        note_complaint(
            complaint=complain(), kind=Step.DONE, happened_on=day, words=WORDS, seen=0, actor="user:1", now=clock.now()
        )


def test_whose_answer_is_due_first_comes_first_and_a_graver_one_moves_up(programme: object) -> None:
    light, serious, late = complain(), complain(gravity="serious"), complain(received_on=date(2026, 11, 1))
    assert numbers() == [late.number, serious.number, light.number]
    note(light, Step.GRADED)
    assert numbers() == [late.number, light.number, serious.number]


def test_each_list_has_its_own(programme: object) -> None:
    opened, late = complain(), complain(received_on=date(2026, 11, 1), against="insurer")
    answered, closed = complain(category="premium"), complain()
    for kind, those in ((Step.ANSWERED, (answered, closed)), (Step.CAUSE, (closed,)), (Step.CLOSED, (closed,))):
        for one in those:
            note(one, kind)
    assert numbers(Show.OPEN) == [late.number, opened.number]
    assert numbers(Show.OVERDUE) == [late.number]
    assert numbers(Show.OVERDUE, today=date(2026, 11, 15)) == []
    assert (numbers(Show.ANSWERED), numbers(Show.CLOSED)) == ([answered.number], [closed.number])
    assert numbers(against="insurer") == [late.number]
    assert numbers(category="premium") == [answered.number]
    assert count_complaints(party=Party.OPERATOR, show=Show.ALL, today=TODAY) == 4
    assert numbers(party=Party.AGENCY) == []


def test_a_long_list_goes_on_where_it_ended(programme: object, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [complain(received_on=date(2026, 11, day)).number for day in (1, 1, 1, 2, 3, 3, 3)]
    found: list[str] = []
    after = None
    while True:
        rows, more = list_complaints(
            party=Party.OPERATOR, wanted=Wanted(show=Show.ALL), today=TODAY, after=after, most=2
        )
        found += [one.complaint.number for one in rows]
        if not more:
            break
        day, _, pk = rows[-1].place.partition(".")
        after = (date.fromisoformat(day), int(pk))
    assert found == wanted


def test_the_register_stays_as_it_was_written(programme: object) -> None:
    note(complain(), Step.DONE)
    for change in (
        lambda: Complaint.objects.update(gravity="light"),
        lambda: ComplaintStep.objects.update(facts={}),
        Complaint.objects.all().delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
