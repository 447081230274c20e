"""The OpenAPI document tells the truth: what it allows is answered as it says, what it forbids is refused, nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from sonae.apps.programmes.models import Programme
from tests.web.feed_sender import KEYS, Sender


@pytest.fixture
def document(programme: Programme, settings: Settings) -> Iterator[Any]:
    """The schema of the running application, within the test's own transaction."""
    settings.SONAE_QUOTES_A_MINUTE = 1_000_000
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


BOUNDED = settings(
    max_examples=80, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)  # fmt: skip
BOUNDED_FEW = settings(BOUNDED, max_examples=30)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_request_gets_an_answer_of_a_documented_shape(document: Any, mode: GenerationMode) -> None:
    seen: set[int] = set()

    @BOUNDED
    @given(case=document["/api/v1/quotes"]["POST"].as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        # A text that names no industry has the right shape and is refused all the same: that no schema can tell.
        response = case.call_and_validate(
            excluded_checks=[positive_data_acceptance],
            headers={"Accept-Encoding": "identity"},  # this way to an application unpacks nothing
        )
        seen.add(response.status_code)

    ask()
    assert 422 in seen
    assert max(seen) < 500


@pytest.fixture
def feeds_document(db: None, settings: Settings) -> Iterator[Any]:
    """The same of the door for feeds."""
    settings.SONAE_FEED_KEYS = KEYS
    settings.SONAE_FEEDS_A_MINUTE = 1_000_000
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield schemathesis.openapi.from_wsgi("/api/feeds/openapi.json", get_wsgi_application())
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/feeds/"), ("GET", "/api/feeds/{feed_id}/"), ("POST", "/api/feeds/{feed_id}/apply")],
)
def test_the_door_for_feeds_answers_whatever_is_not_signed_as_documented(
    feeds_document: Any, method: str, path: str, mode: GenerationMode
) -> None:
    seen: set[int] = set()

    @BOUNDED_FEW
    @given(case=feeds_document[path][method].as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        response = case.call_and_validate(
            excluded_checks=[positive_data_acceptance], headers={"Accept-Encoding": "identity"}
        )
        seen.add(response.status_code)

    ask()
    assert 401 in seen
    assert max(seen) < 500


def test_the_door_for_feeds_answers_what_is_signed_as_documented(feeds_document: Any) -> None:
    sender, seen = Sender(host="localhost"), set()

    @BOUNDED_FEW
    @given(
        form=st.sampled_from(["list", "changes", "all"]),
        day=st.sampled_from(["2026-12-01", "2026-11-24", "2016-01-01", "2030-01-01", "x", "2026-02-30"]),
        body=st.binary(max_size=300),
    )
    def ask(form: str, day: str, body: bytes) -> None:
        headers = sender.file_headers(body, changed={"Sonae-Feed-Form": form, "Sonae-Feed-Day": day})
        case = feeds_document["/api/feeds/"]["POST"].Case(
            body=body, media_type="application/octet-stream", headers={**headers, "Accept-Encoding": "identity"}
        )
        response = case.call()
        feeds_document["/api/feeds/"]["POST"].validate_response(response)
        seen.add(response.status_code)

    ask()
    assert {202, 422} <= seen <= {200, 202, 422}


def test_the_document_describes_request_and_answers(programme: Programme, client: Any) -> None:
    document = client.get("/api/v1/openapi.json").json()
    operation = document["paths"]["/api/v1/quotes"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["industry", "annual_sales"]
    assert body["additionalProperties"] is False
    assert set(operation["responses"]) == {"200", "400", "413", "415", "422", "429", "503"}
    answers = operation["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
    assert [answer["$ref"].rsplit("/", 1)[-1] for answer in answers] == ["Accepted", "Referred"]
