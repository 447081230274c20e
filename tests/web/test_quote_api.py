"""POST /api/v1/quotes: one strict answer for machines, equal to what the page and the command line say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from sonae.apps.programmes.models import Programme
from sonae.apps.quotes.models import Quote
from sonae.web.api import quotes

ADDRESS = "/api/v1/quotes"
PUBLISHED = {"industry": "other_services", "annual_sales": 5_000_000, "start_on": "2026-12-01"}

pytestmark = pytest.mark.django_db


def ask(client: Client, facts: object, **headers: str) -> HttpResponse:
    return client.post(ADDRESS, json.dumps(facts), content_type="application/json", headers=headers)


def problems_of(response: HttpResponse) -> dict[str, dict[str, str]]:
    return {problem["field"]: problem for problem in json.loads(response.content)["problems"]}


def test_the_published_cell_is_answered_with_every_step(client: Client, programme: Programme) -> None:
    response = ask(client, PUBLISHED)
    answer = response.json()
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(answer) == ["decision", "start_on", "expiry_on", "product_version", "product_digest", "plans"]
    first = answer["plans"][0]
    assert {key: value for key, value in first.items() if key != "steps"} == {
        "code": "P100",
        "annual_premium": 64_940,
        "term_premium": 64_940,
        "monthly_equivalent": 5_412,
        "liability_limit": 100_000_000,
        "cost_limit": 10_000_000,
    }
    assert [step["kind"] for step in first["steps"]] == [
        "base", "industry", "band", "plan", "floor", "rounding", "term",
    ]  # fmt: skip
    assert (answer["decision"], answer["start_on"], answer["expiry_on"], answer["product_version"]) == (
        "accepted", "2026-12-01", "2027-12-01", "2026-12-01",
    )  # fmt: skip
    assert not Quote.objects.exists()


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"industry": "retail", "annual_sales": 100_000_000}, ["SALES_LIMIT"]),
        ({"industry": "medical", "annual_sales": 1}, ["MEDICAL"]),
        ({"industry": "bank", "annual_sales": 1}, ["BANK"]),
        ({"industry": "other_financial", "annual_sales": 0}, ["OTHER_FINANCIAL"]),
        ({"industry": "medical", "annual_sales": 10**13}, ["SALES_LIMIT", "MEDICAL"]),
    ],
)
def test_a_business_outside_the_programme_hears_every_reason_and_what_to_do(
    client: Client, programme: Programme, facts: dict[str, Any], codes: list[str]
) -> None:
    answer = ask(client, facts).json()
    assert list(answer) == ["decision", "reasons"]
    assert answer["decision"] == "referred"
    assert [reason["code"] for reason in answer["reasons"]] == codes
    assert all("0120-008588" in reason["next_step"] for reason in answer["reasons"])


def test_without_a_start_it_is_the_next_one_that_can_be_had(client: Client, programme: Programme) -> None:
    answer = ask(client, {"industry": "retail", "annual_sales": 1}).json()
    assert (answer["start_on"], answer["expiry_on"]) == ("2027-01-01", "2027-12-01")


@pytest.mark.parametrize(
    ("field", "value", "given"),
    [
        ("annual_sales", "5000000", '"5000000"'),
        ("annual_sales", "１，０００万", '"１，０００万"'),
        ("annual_sales", True, "true"),
        ("annual_sales", 5000000.0, "5000000.0"),
        ("annual_sales", -1, "-1"),
        ("annual_sales", 10**13 + 1, "10000000000001"),
        ("annual_sales", 10**400, "1" + "0" * 78 + "…"),
        ("annual_sales", None, ""),
        ("annual_sales", [1], "[1]"),
        ("industry", "medcal", "medcal"),
        ("industry", 1, "1"),
        ("industry", None, ""),
        ("industry", "x" * 9000, "x" * 79 + "…"),
        ("industry", "\x00", "\x00"),
        ("industry", "\ud800", "?"),
        ("start_on", "2026-12-02", "2026-12-02"),
        ("start_on", "2031-12-01", "2031-12-01"),
        ("start_on", "20261201", "20261201"),
        ("start_on", 20261201, "20261201"),
        ("start_on", {"year": 2026}, '{"year": 2026}'),
    ],
)
def test_a_wrong_fact_is_named_with_what_was_given_and_what_is_expected(
    client: Client, programme: Programme, field: str, value: object, given: str
) -> None:
    response = ask(client, {**PUBLISHED, field: value})
    assert response.status_code == 422
    problem = problems_of(response)[field]
    assert set(problem) == {"field", "given", "expected", "message"}
    assert problem["given"] == given
    assert problem["expected"]
    assert problem["expected"] in problem["message"]


def test_every_wrong_fact_is_named_at_once_and_a_near_miss_is_guessed(client: Client, programme: Programme) -> None:
    response = ask(
        client, {"industry": "medicl", "annual_sales": "x", "start_on": "tomorrow"}, **{"Accept-Language": "en"}
    )
    problems = problems_of(response)
    assert set(problems) == {"industry", "annual_sales", "start_on"}
    assert 'Did you mean "medical"?' in problems["industry"]["expected"]
    assert response.headers["Content-Language"] == "en"


def test_an_unknown_or_repeated_field_is_refused(client: Client, programme: Programme) -> None:
    unknown = ask(client, {**PUBLISHED, "plan": "P100"})
    assert unknown.status_code == 422
    assert problems_of(unknown)["plan"]["given"] == '"P100"'
    twice = client.post(
        ADDRESS, '{"industry":"retail","industry":"medical","annual_sales":1}', content_type="application/json"
    )
    assert twice.status_code == 422
    assert set(problems_of(twice)) == {"industry"}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b" ", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"industry": NaN}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 9_000, "application/json", 400),
        (b'{"annual_sales": ' + b"9" * 5_000 + b"}", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b" " * 10_001, "application/json", 413),
        (b" " * 1_500_000, "application/json", 413),
        (b"{}", "application/json; charset=shift_jis", 415),
        (b"{}", "text/plain", 415),
        (b"industry=retail", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_json_object_is_refused_in_the_same_shape(
    client: Client, programme: Programme, body: bytes, content_type: str, status: int
) -> None:
    response = client.generic("POST", ADDRESS, body, content_type=content_type)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert len(problems_of(response)) == 1


def test_texts_come_in_the_language_that_is_asked_for(client: Client, programme: Programme) -> None:
    outside = {"industry": "medical", "annual_sales": 1}
    japanese, english = ask(client, outside), ask(client, outside, **{"Accept-Language": "fr, en-GB;q=0.8, ja;q=0.5"})
    assert "医療機関" in japanese.json()["reasons"][0]["message"]
    assert "medical institutions" in english.json()["reasons"][0]["message"]
    forced = client.post(f"{ADDRESS}?language=ja", json.dumps(outside), content_type="application/json",
                         headers={"Accept-Language": "en"})  # fmt: skip
    assert forced.json() == japanese.json()
    unknown = client.post(f"{ADDRESS}?language=fr", json.dumps(outside), content_type="application/json")
    assert unknown.status_code == 422
    assert problems_of(unknown)["language"]["given"] == "fr"


def test_only_posting_is_possible_and_needs_no_cookie(programme: Programme) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert ask(strict, PUBLISHED).status_code == 200
    refused = strict.get(ADDRESS)
    assert refused.status_code == 405
    assert refused.headers["Allow"] == "POST"


def test_too_many_quotes_of_one_client_are_refused_for_a_while(
    client: Client, programme: Programme, settings: Settings
) -> None:
    settings.SONAE_QUOTES_A_MINUTE = 3
    statuses = [ask(client, PUBLISHED, **{"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = ask(client, PUBLISHED)
    assert refused.headers["Retry-After"] == "60"
    assert problems_of(refused)[""]["expected"]
    other = client.post(ADDRESS, json.dumps(PUBLISHED), content_type="application/json", REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 200


def test_without_the_limit_one_caller_is_never_refused(
    client: Client, programme: Programme, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SONAE_QUOTES_A_MINUTE = 3
    monkeypatch.setattr(quotes, "allow", lambda **_: True)
    assert [ask(client, PUBLISHED).status_code for _ in range(9)] == [200] * 9


def test_before_anything_is_published_it_says_so(client: Client) -> None:
    response = ask(client, PUBLISHED)
    assert response.status_code == 503
    assert problems_of(response)[""]["message"]
