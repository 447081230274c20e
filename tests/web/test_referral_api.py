"""The agency's system fetches what was passed and tells what became of it: signed, each message once, nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.referral_models import ReferralStep
from sonae.domain.referral import Step
from tests import clock
from tests.apps.contact.referring import WAY, on_its_way, refer, tell, withdraw
from tests.apps.contact.test_passing_on import PASSED
from tests.web.agency_sender import KEYS, REFERRALS, AgencySender
from tests.web.feed_sender import Sender

pytestmark = pytest.mark.django_db
TODAY = "2026-11-24"


@pytest.fixture(autouse=True)
def _keys(programme: object, settings: Settings) -> None:
    settings.SONAE_FEED_KEYS = KEYS


@pytest.fixture
def agency() -> AgencySender:
    return AgencySender()


def test_it_fetches_what_was_passed_and_only_that(agency: AgencySender) -> None:
    waiting, passed = refer().number, on_its_way("passed").number
    told = agency.look().json()
    assert [(one["number"], one["state"], one["passed"]) for one in told["referrals"]] == [(passed, "passed", PASSED)]
    assert told["before"] is None
    one = agency.look(passed).json()
    assert one == told["referrals"][0]
    assert (one["provided_at"], one["withdrawn_at"], one["next"]) == ("2026-11-24T10:00:00+09:00", None, ["taken"])
    absent, never = agency.look(waiting), agency.look("S2026-999999-9")
    assert absent.status_code == never.status_code == 404
    assert absent.content == never.content


def test_it_tells_step_by_step_and_the_operator_is_shown_it(agency: AgencySender) -> None:
    number = on_its_way("passed").number
    taken = agency.tell(number, {"step": "taken", "happened_on": TODAY})
    assert (taken.status_code, taken.json()["state"]) == (200, "taken")
    assert taken.json()["next"] == ["contacted", "concluded", "not_concluded", "not_reached", "declined"]
    done = agency.tell(number, {"step": "not_concluded", "happened_on": TODAY, "note": "予算 <b>=1+1</b>"}).json()
    assert [(one["seq"], one["step"], one["note"]) for one in done["steps"]] == [
        (1, "taken", ""),
        (2, "not_concluded", "予算 <b>=1+1</b>"),
    ]
    assert ReferralStep.objects.latest("id").actor == "sender:agency"


def test_the_same_step_told_again_changes_nothing(agency: AgencySender) -> None:
    number = on_its_way("passed").number
    answers = [agency.tell(number, {"step": "taken", "happened_on": TODAY}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert ReferralStep.objects.count() == 1


def test_after_a_withdrawal_it_learns_whom_to_delete_and_confirms_it(agency: AgencySender) -> None:
    number = on_its_way("to_delete").number
    shown = agency.look(number).json()
    assert (shown["state"], shown["passed"], shown["next"]) == (
        "to_delete",
        {"firm": "井上医院", "name": "井上 健"},
        ["deleted"],
    )
    assert shown["withdrawn_at"]
    assert agency.tell(number, {"step": "contacted", "happened_on": TODAY}).status_code == 409
    told = agency.tell(number, {"step": "deleted", "happened_on": TODAY})
    assert (told.json()["state"], told.json()["passed"], told.json()["next"]) == ("deleted", {}, [])


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"step": "sold", "happened_on": TODAY}, 422, "step"),
        ({"step": "concluded", "happened_on": TODAY}, 409, "step"),
        ({"step": "taken", "happened_on": "yesterday"}, 422, "happened_on"),
        ({"step": "taken", "happened_on": "2026-11-23"}, 422, "happened_on"),
        ({"step": "taken", "happened_on": "2026-11-25"}, 422, "happened_on"),
        ({"step": "taken", "happened_on": 20261124}, 422, "happened_on"),
        ({"step": "taken"}, 422, "happened_on"),
        ({"step": ["taken"], "happened_on": TODAY}, 422, "step"),
        ({"step": "taken", "happened_on": TODAY, "note": "あ" * 401}, 422, "note"),
        ({"step": "taken", "happened_on": TODAY, "note": 5}, 422, "note"),
        ({"step": "taken", "happened_on": TODAY, "number": "S2026-1"}, 422, "body"),
        ([], 422, "body"),
        ("taken", 422, "body"),
    ],
)
def test_what_can_not_be_used_is_named(agency: AgencySender, body: Any, status: int, field: str) -> None:
    answer = agency.tell(on_its_way("passed").number, body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not ReferralStep.objects.exists()


def test_a_body_without_end_is_refused(agency: AgencySender) -> None:
    answer = agency.tell(on_its_way("passed").number, {"step": "taken", "happened_on": TODAY, "note": "x" * 20_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("query", "field"), [("show=waiting", "show"), ("show=x", "show"), ("before=x", "before"), ("before=-1", "before")]
)
def test_a_list_of_what_was_not_passed_is_none(agency: AgencySender, query: str, field: str) -> None:
    refer()
    answer = agency.look(query=query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_lists_go_on_where_they_ended(agency: AgencySender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sonae.apps.contact.referrals.AT_ONCE", 2)
    numbers = [on_its_way("passed").number for _ in range(3)]
    first = agency.look(query="show=all").json()
    second = agency.look(query=f"show=all&before={first['before']}").json()
    assert [one["number"] for one in first["referrals"] + second["referrals"]] == numbers[::-1]
    assert second["before"] is None


def test_forgeries_are_not_heard(agency: AgencySender) -> None:
    number = on_its_way("passed").number
    body = {"step": "taken", "happened_on": TODAY}
    path = f"{REFERRALS}/{number}"
    answers = [
        Client().get(path),
        Client().get(path, headers=agency.question(f"{REFERRALS}/S2026-000001-0")),
        Client().get(f"{path}?show=all", headers=agency.question(path)),
        Client().get(
            path, headers=Sender(key_id="agency-2026", secret=KEYS["agency-2026"].secret).headers("GET", path, {})
        ),
        AgencySender(secret="w" * 40).look(number),
        AgencySender(key_id="nobody").look(number),
        AgencySender(key_id="asks").look(number),
        AgencySender(key_id="kaihi-2026").look(number),
        AgencySender(key_id="asks").tell(number, body),
        agency.tell(number, body, sent={"step": "taken", "happened_on": "2026-11-20"}),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert "docs/howto/referrals.md" in answer.json()["detail"]
        assert "井上" not in answer.content.decode()
    assert not ReferralStep.objects.exists()
    assert {entry.action for entry in AuditEntry.objects.filter(actor="visitor", action__contains="unheard")} == {
        "referral.unheard"
    }
    assert agency.tell(number, body).status_code == 200  # the same, signed as it must be


def test_each_signature_counts_once(agency: AgencySender) -> None:
    on_its_way("passed")
    headers = agency.question(REFERRALS)
    assert [Client().get(REFERRALS, headers=headers).status_code for _ in range(2)] == [200, 401]


def test_a_key_for_referrals_opens_nothing_else(agency: AgencySender) -> None:
    path = "/api/v1/certificates/C2026-000001-0"
    assert Client().get(path, headers=agency.question(path)).status_code == 401
    assert Sender(key_id="agency-2026").send(Client()).status_code == 401


def test_who_fetched_what_is_written_down(agency: AgencySender) -> None:
    number = on_its_way("passed").number
    agency.look()
    agency.look(number)
    agency.look("S2026-999999-9")
    found = AuditEntry.objects.filter(actor="sender:agency").order_by("id")
    assert [(entry.action, entry.object_id) for entry in found] == [
        ("referrals.fetched", ""),
        ("referral.opened", number),
        ("access.refused", "S2026-999999-9"),
    ]


def test_whoever_asks_without_end_waits(agency: AgencySender, settings: Settings) -> None:
    settings.SONAE_FEEDS_A_MINUTE = 2
    assert [agency.look().status_code for _ in range(3)] == [200, 200, 429]


def test_many_are_asked_for_as_often_as_one(
    agency: AgencySender, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    on_its_way("taken")
    agency.look()
    with django_assert_num_queries(7):
        agency.look(query="show=all")
    for state in WAY:
        on_its_way(state)
    with django_assert_num_queries(7):
        assert len(agency.look(query="show=all").json()["referrals"]) == 6


def test_the_document_names_them(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert sorted(paths["/api/v1/referrals/{number}/steps"]["post"]["responses"]) == [
        "200", "401", "404", "409", "413", "422", "429",
    ]  # fmt: skip
    assert sorted(paths["/api/v1/referrals"]["get"]["responses"]) == ["200", "401", "422", "429"]


def test_a_withdrawal_of_a_moment_ago_counts(agency: AgencySender) -> None:
    consultation = on_its_way("taken")
    tell(consultation, Step.CONTACTED, hours=3)
    withdraw(consultation, hours=4)
    with clock.at(clock.later(hours=5)):
        assert agency.look(consultation.number).json()["state"] == "to_delete"
