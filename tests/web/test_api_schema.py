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
from pytest_django import Settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from sonae.apps.programmes.models import Programme


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


def test_the_document_describes_request_and_answers(programme: Programme, client: Any) -> None:
    document = client.get("/api/v1/openapi.json").json()
    operation = document["paths"]["/api/v1/quotes"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["industry", "annual_sales"]
    assert body["additionalProperties"] is False
    assert set(operation["responses"]) == {"200", "400", "413", "415", "422", "429", "503"}
    answers = operation["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
    assert [answer["$ref"].rsplit("/", 1)[-1] for answer in answers] == ["Accepted", "Referred"]
