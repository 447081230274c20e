"""A certificate as of a day and a moment, for machines and on the command line: signed, each question once, the past unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.certificates.models import Certificate
from sonae.apps.membership.feed_keys import FeedKey, read_feed_keys
from sonae.config import certificate_command, command_line, commands
from sonae.domain.certificate.log import Kind
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH, ask, give_cover, wish
from tests.web.feed_sender import SECRET, Sender
from tests.web.holdings import give_free_cover

pytestmark = pytest.mark.django_db
KEYS = {
    "asks": FeedKey("insurer-core", SECRET, frozenset({"certificates"})),
    "feeds": FeedKey("kaihi", SECRET),
}


@pytest.fixture(autouse=True)
def _in_march(programme: object, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SONAE_FEED_KEYS = KEYS
    monkeypatch.setattr(certificate_command, "now", clock.now)
    monkeypatch.setattr(commands, "start_django", lambda: None)
    with clock.at(IN_MARCH):
        yield


@pytest.fixture
def certificate() -> Certificate:
    return give_cover(cast.call_in().member)


class Asker(Sender):
    """Signs ``@query`` as well, as questions must."""

    def ask(self, number: str, query: str = "", *, signed_query: str | None = None, method: str = "GET") -> Any:
        path = f"/api/v1/certificates/{number}"
        headers = self.headers(method, path, {"@query": f"?{query if signed_query is None else signed_query}"})
        del headers["@query"]
        return Client().get(f"{path}?{query}" if query else path, headers=headers)


@pytest.fixture
def asker() -> Asker:
    return Asker(key_id="asks")


def test_it_answers_for_the_day_as_known_at_the_moment(
    certificate: Certificate, asker: Asker, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    question = "on=2027-03-03&known_at=2027-03-10T10:00:00%2B09:00"
    before = asker.ask(certificate.number, question).json()
    with clock.at(IN_MARCH.replace(day=20)):
        ask(certificate, wish(Kind.CHANGE, date(2027, 3, 1), insured_name="青木設備"))
        with django_assert_max_num_queries(12):
            assert asker.ask(certificate.number, question).json() == before
        now = asker.ask(certificate.number, "on=2027-03-03").json()
    assert (before["in_force"], before["content"]["plan"], before["total_premium"]) == (True, "P100", 64_940)
    assert (before["on"], before["known_at"]) == ("2027-03-03", "2027-03-10T10:00:00+09:00")
    assert (before["content"]["insured"]["name"], now["content"]["insured"]["name"]) == ("青木工務店", "青木設備")
    assert ([act["seq"] for act in before["acts"]], [act["seq"] for act in now["acts"]]) == ([1], [1, 2])
    assert "actor" not in json.dumps(now)


def test_the_premium_that_older_first_acts_keep_is_no_field_of_the_cover(asker: Asker) -> None:
    older = give_cover(cast.call_in().member, annual_premium=64_940)
    found = asker.ask(older.number, "on=2027-03-03").json()
    assert "annual_premium" not in found["content"]
    assert "annual_premium" not in found["acts"][0]["changes"]
    assert found["annual_premium"] == 64_940  # worked out


def test_a_cancelled_and_reinstated_cover_tells_both_and_what_is_undone(certificate: Certificate, asker: Asker) -> None:
    ask(certificate, wish(Kind.CANCELLATION, date(2027, 4, 1)))
    cancelled = asker.ask(certificate.number, "on=2027-05-01").json()
    assert (cancelled["in_force"], cancelled["cancelled"], cancelled["total_premium"]) == (False, True, 21_650)
    assert cancelled["ends_at"] == "2027-04-01T16:00:00+09:00"
    assert [(act["kind"], act["premium_difference"], act["undone"]) for act in cancelled["acts"]] == [
        ("new", 64_940, False),
        ("cancellation", -43_290, False),
    ]


def test_the_free_cover_is_told_of_too(asker: Asker) -> None:
    free = give_free_cover(cast.call_in().member, date(2026, 12, 1))
    told = asker.ask(free.number).json()
    assert (told["section"], told["liability_limit"], told["total_premium"]) == ("free", 500_000, None)


def test_before_anything_was_recorded_nothing_is_known(certificate: Certificate, asker: Asker) -> None:
    told = asker.ask(certificate.number, "known_at=2026-11-01").json()
    assert (told["known"], told["in_force"], told["content"], told["acts"]) == (False, False, None, [])


@pytest.mark.parametrize("number", ["C2026-999999-9", "x" * 200, "%E9%9D%92", "%00", "..%2F"])
def test_a_number_that_is_not_there_answers_404_as_problem_json(asker: Asker, number: str) -> None:
    path = f"/api/v1/certificates/{number}"
    headers = asker.headers("GET", path, {"@query": "?"})
    del headers["@query"]
    answer = Client().get(path, headers=headers)
    assert answer.status_code in {401, 404}  # what no address can carry can't be signed
    assert answer.headers["Content-Type"].startswith(("application/problem+json", "text/html"))


def test_what_was_not_found_is_noted_with_who_asked(asker: Asker) -> None:
    answer = asker.ask("C2026-999999-9")
    assert (answer.status_code, answer.json()["title"]) == (404, "見つかりません")
    assert AuditEntry.objects.get(action="access.refused").actor == "sender:insurer-core"


@pytest.mark.parametrize(("query", "field"), [("on=yesterday", "on"), ("known_at=2027-13-01", "known_at"), ("on=", "")])
def test_a_day_that_can_not_be_read_is_named(certificate: Certificate, asker: Asker, query: str, field: str) -> None:
    answer = asker.ask(certificate.number, query)
    assert answer.status_code == (422 if field else 200)
    if field:
        assert answer.json()["field"] == field
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_forgeries_are_not_heard(certificate: Certificate, asker: Asker) -> None:
    number = certificate.number
    another_day = asker.ask(number, "on=2027-05-01", signed_query="on=2027-03-03")
    another_number = Client().get(f"/api/v1/certificates/{number}", headers=_signed_for(asker, "C2026-000001-0"))
    wrong_secret = Asker(key_id="asks", secret="w" * 40).ask(number)
    unknown_key = Asker(key_id="nobody").ask(number)
    for_feeds_alone = Asker(key_id="feeds").ask(number)
    unsigned = Client().get(f"/api/v1/certificates/{number}")
    for answer in (another_day, another_number, wrong_secret, unknown_key, for_feeds_alone, unsigned):
        assert answer.status_code == 401
        assert answer.json()["detail"].startswith("署名を確かめられません")
        assert number not in answer.content.decode()
    assert asker.ask(number).status_code == 200  # the same question, signed as it must be


def _signed_for(asker: Asker, number: str) -> dict[str, str]:
    headers = asker.headers("GET", f"/api/v1/certificates/{number}", {"@query": "?"})
    del headers["@query"]
    return headers


def test_a_question_without_its_query_signed_is_not_heard(certificate: Certificate, asker: Asker) -> None:
    path = f"/api/v1/certificates/{certificate.number}"
    assert Client().get(path, headers=asker.headers("GET", path, {})).status_code == 401


def test_each_signature_counts_once(certificate: Certificate, asker: Asker) -> None:
    headers = _signed_for(asker, certificate.number)
    path = f"/api/v1/certificates/{certificate.number}"
    assert [Client().get(path, headers=headers).status_code for _ in range(2)] == [200, 401]


def test_a_key_for_certificates_alone_hands_in_no_feed(asker: Asker) -> None:
    sender = Sender(key_id="asks")
    assert sender.send(Client()).status_code == 401


def test_a_key_says_what_it_may() -> None:
    keys = read_feed_keys(f"kaihi a {SECRET}\ninsurer b {SECRET} certificates\nboth c {SECRET} feeds,certificates")
    assert [sorted(key.permissions) for key in keys.values()] == [
        ["feeds"],
        ["certificates"],
        ["certificates", "feeds"],
    ]
    with pytest.raises(ImproperlyConfigured, match="line 1: a permission is one of certificates, feeds"):
        read_feed_keys(f"kaihi a {SECRET} everything")


def test_the_document_names_the_question(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    question = document["paths"]["/api/v1/certificates/{number}"]["get"]
    assert sorted(question["responses"]) == ["200", "401", "404", "422", "429"]


def test_the_command_answers_like_the_api(
    certificate: Certificate, asker: Asker, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [certificate.number, "--on", "2027-03-03", "--known-at", "2027-03-10"]
    assert command_line.main(["certificate", *options, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == asker.ask(certificate.number, "on=2027-03-03&known_at=2027-03-10").json()

    assert command_line.main(["certificate", *options]) == 0
    said = capsys.readouterr().out
    for words in ("補償あり", "プラン  1億円プラン", "保険期間の保険料  64,940円", "新規加入"):
        assert words in said, words


@pytest.mark.parametrize(
    ("options", "code"),
    [(["C2026-999999-9"], 1), (["X", "--on", "きのう"], 2), (["X", "--known-at", "1"], 2)],
)
def test_the_command_says_what_it_can_not_answer(
    options: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(["certificate", *options]) == code
    assert capsys.readouterr().err.startswith("sonae certificate: ")
