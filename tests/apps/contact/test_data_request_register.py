"""The register of requests about personal data: whatever the channel, with its day, its proof and its answer."""

from __future__ import annotations

import secrets
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.data_request_models import RegisteredRequest, RegisteredRequestStep
from sonae.apps.contact.data_requests import Show, count_requests, find_request, list_requests
from sonae.apps.contact.models import DataRequest
from sonae.apps.contact.use_cases.ask_for_correction import ask_for_correction
from sonae.apps.contact.use_cases.erase_data import erase_data
from sonae.apps.contact.use_cases.note_request import DayOutOfReach, NotNow, WordsMissing, note_request
from sonae.apps.contact.use_cases.register_request import DayToCome, NoSuchMember
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.enrolment.models import StepAnswers
from sonae.apps.enrolment.use_cases.start_application import start_application
from sonae.domain.data_request import State, Step
from sonae.domain.staff_rights import Party
from tests import cast, clock
from tests.apps.contact.asking import note, register
from tests.domain.versions import product

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def asked_on_the_portal(people: cast.Cast, kind: str) -> RegisteredRequest:
    given: dict[str, Any] = {
        "member": people.member, "user": people.owner, "message": "会社名が変わりました", "form_key": secrets.token_urlsafe(24),
        "product": product(), "language": "ja", "now": clock.now(),
    }  # fmt: skip
    if kind == "correction":
        asked, _ = ask_for_correction(held={"name": "青木工務店"}, wanted={"name": "青木建設"}, **given)
    else:
        asked, _ = erase_data(**given)
    return RegisteredRequest.objects.get(asked=asked)


def answer(request: RegisteredRequest, outcome: str, **given: Any) -> RegisteredRequestStep:
    return note(request, Step.ANSWERED, outcome=outcome, **given)


def test_a_request_by_letter_has_fourteen_days_from_the_day_it_came_in(people: cast.Cast, settings: Settings) -> None:
    assert register(received_on=date(2026, 11, 20)).due_on == date(2026, 12, 4)
    settings.SONAE_DATA_REQUEST_DAYS = 7
    assert register().due_on == date(2026, 12, 1)
    with pytest.raises(DayToCome):
        register(received_on=date(2026, 11, 25))
    with pytest.raises(NoSuchMember):
        register(member_number="99999999")


def test_what_is_asked_on_the_portal_is_in_the_register_with_the_same_number(people: cast.Cast) -> None:
    kept = asked_on_the_portal(people, "correction")
    assert kept.asked is not None
    assert (kept.number, kept.kind, kept.channel, kept.member) == (
        kept.asked.number,
        "correction",
        "portal",
        people.member,
    )
    assert (kept.email, kept.received_on, kept.due_on) == (people.owner.email, TODAY, date(2026, 12, 8))
    found = find_request(party=Party.OPERATOR, number=kept.number)
    assert found is not None
    assert found.standing.state == State.OPEN  # who asks had signed in
    assert found.following == (Step.TO_ORGANISER, Step.DONE, Step.ANSWERED)


def test_a_deletion_on_the_portal_is_carried_out_and_answered_at_once(people: cast.Cast) -> None:
    kept = asked_on_the_portal(people, "erasure")
    steps = list(kept.steps.order_by("seq").values_list("kind", "state", "actor"))
    assert steps == [("erased", "open", "system:portal"), ("answered", "answered", "system:portal")]
    assert kept.steps.get(kind="answered").facts == {"outcome": "in_part", "text": ""}


def test_nothing_is_granted_before_it_is_known_who_asks(people: cast.Cast) -> None:
    request = register()
    with pytest.raises(NotNow):
        answer(request, "granted")
    with pytest.raises(NotNow):
        answer(request, "in_part")
    note(request, Step.IDENTITY, text="運転免許証を窓口で見た")
    assert answer(request, "granted", text="写しを郵送しました。").facts == {
        "outcome": "granted",
        "text": "写しを郵送しました。",
    }
    with pytest.raises(NotNow):
        note(request, Step.DONE)


def test_whoever_can_not_prove_who_they_are_is_refused_with_the_reason(people: cast.Cast) -> None:
    request = register()
    with pytest.raises(WordsMissing):
        answer(request, "refused", text=" ")
    answer(request, "refused", text="ご本人と確かめられませんでした。")
    (mail,) = OutboxMessage.objects.filter(key=f"data-request-answer:{request.number}")
    assert mail.recipient == "hanako@sample.example"
    assert "ご請求には応じられません。\n\nご本人と確かめられませんでした。" in mail.body


@pytest.mark.parametrize("kind", [Step.IDENTITY, Step.DONE])
def test_how_it_was_proved_and_what_was_done_is_said(people: cast.Cast, kind: Step) -> None:
    with pytest.raises(WordsMissing):
        note(register(), kind, text="")


def test_without_an_address_the_answer_goes_otherwise(people: cast.Cast) -> None:
    request = register(email="", reach="東京都見本区1-1")
    answer(request, "refused", text="理由")
    assert not OutboxMessage.objects.exists()


def test_a_correction_goes_to_the_organiser_who_alone_says_that_it_is_done(people: cast.Cast) -> None:
    request = asked_on_the_portal(people, "correction")
    note(request, Step.TO_ORGANISER, text="")
    with pytest.raises(NotNow):
        note(request, Step.CORRECTED)
    note(request, Step.CORRECTED, party=Party.ORGANISER)
    answer(request, "granted", text="名簿を直しました。")
    assert [one.state for one in request.steps.order_by("seq")] == ["with_organiser", "open", "answered"]
    assert OutboxMessage.objects.filter(
        key=f"data-request-answer:{request.number}", recipient=people.owner.email
    ).exists()


def test_a_deletion_by_letter_of_somebody_who_manages_a_member_is_carried_out_here(people: cast.Cast) -> None:
    application = start_application(member=people.member, user=people.owner, language="ja", now=clock.now())
    StepAnswers.objects.create(application=application, step="needs", answers={}, revision=1, saved_at=clock.now())
    request = register(kind="deletion", member_number=people.member.number, email=people.owner.email.upper())
    with pytest.raises(NotNow):
        note(request, Step.ERASED)
    note(request, Step.IDENTITY)
    note(request, Step.ERASED, text="")
    assert not StepAnswers.objects.filter(application__member=people.member).exists()
    asked = DataRequest.objects.get(form_key=f"registered:{request.number}")
    assert (asked.user, asked.held["applications"]) == (people.owner, 1)
    assert AuditEntry.objects.get(action="data.erased").actor == "user:1"
    assert RegisteredRequest.objects.count() == 1  # the deletion itself is no second request
    with pytest.raises(NotNow):
        note(request, Step.ERASED)


@pytest.mark.parametrize("email", ["egawa@sample.example", "uno@other.example", "nobody@nowhere.example", ""])
def test_for_a_reader_a_stranger_or_nobody_nothing_is_deleted(people: cast.Cast, email: str) -> None:
    request = register(kind="deletion", member_number=people.member.number, email=email)
    note(request, Step.IDENTITY)
    with pytest.raises(NotNow):
        note(request, Step.ERASED)
    assert not DataRequest.objects.exists()


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 25)])
def test_a_day_out_of_reach_is_refused(people: cast.Cast, day: date) -> None:
    with pytest.raises(DayOutOfReach):
        note_request(
            request=register(), party=Party.OPERATOR, kind=Step.DONE, happened_on=day, text="x", outcome="", seen=0,
            product=product(), actor="user:1", now=clock.now(),
        )  # fmt: skip


def test_a_step_on_what_somebody_has_not_seen_is_not_taken(people: cast.Cast) -> None:
    request = register()
    note(request, Step.DONE)
    with pytest.raises(NotNow):
        note_request(
            request=request, party=Party.OPERATOR, kind=Step.DONE, happened_on=TODAY, text="x", outcome="", seen=0,
            product=product(), actor="user:1", now=clock.now(),
        )  # fmt: skip
    assert RegisteredRequestStep.objects.count() == 1


def test_each_list_has_its_own_and_the_first_due_comes_first(people: cast.Cast) -> None:
    later, late, with_organiser = (
        register(),
        register(received_on=date(2026, 11, 1)),
        asked_on_the_portal(people, "correction"),
    )
    note(with_organiser, Step.TO_ORGANISER)
    answered = asked_on_the_portal(people, "erasure")

    def numbers(show: Show, party: Party = Party.ORGANISER) -> list[str]:
        return [one.request.number for one in list_requests(party=party, show=show, today=TODAY)[0]]

    assert numbers(Show.OPEN) == [late.number, later.number, with_organiser.number]
    assert numbers(Show.OVERDUE) == [late.number]
    assert numbers(Show.WITH_ORGANISER) == [with_organiser.number]
    assert numbers(Show.ANSWERED) == [answered.number]
    assert len(numbers(Show.ALL)) == count_requests(party=Party.OPERATOR, show=Show.ALL, today=TODAY) == 4
    assert numbers(Show.ALL, Party.AGENCY) == numbers(Show.ALL, Party.INSURER) == []


def test_the_register_stays_as_it_was_written(people: cast.Cast) -> None:
    request = register()
    note(request, Step.DONE)
    for change in (
        lambda: RegisteredRequest.objects.update(due_on=TODAY),
        lambda: RegisteredRequestStep.objects.update(facts={}),
        RegisteredRequest.objects.all().delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize(("kind", "entered"), [("erasure", "deletion"), ("correction", "correction")])
def test_what_was_asked_before_there_was_a_register_is_entered_once(people: cast.Cast, kind: str, entered: str) -> None:
    asked = DataRequest.objects.create(
        number="S2026-000900-1", form_key="b" * 32, kind=kind, member=people.member, user=people.owner, held={}, wanted={},
        message="消してください", language="ja", received_at=clock.later(days=-3),
    )  # fmt: skip
    statement = import_module("sonae.apps.contact.migrations.0010_requests_of_before").ENTER
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    kept = RegisteredRequest.objects.get()
    assert (kept.asked, kept.kind, kept.received_on, kept.due_on) == (
        asked,
        entered,
        date(2026, 11, 21),
        date(2026, 12, 5),
    )
    found = find_request(party=Party.OPERATOR, number=asked.number)
    assert found is not None
    assert found.standing.state == (State.ANSWERED if kind == "erasure" else State.OPEN)
    assert [one.kind for one in found.steps] == (["erased", "answered"] if kind == "erasure" else [])
