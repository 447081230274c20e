"""The door for a mail service: signed, fresh, small, and counted once."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from sonae.apps.letters.models import Bounce, StopEntry
from tests import clock

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-the-tests"
ONE = {"address": "gone@example.jp", "kind": "permanent", "status": "5.1.1", "message_id": "<x@y>"}


@pytest.fixture(autouse=True)
def _shared(settings: pytest.FixtureRequest, programme: object) -> None:
    settings.SONAE_MAIL_HOOK_SECRET = SECRET  # type: ignore[attr-defined]


def send(body: bytes, *, secret: str = SECRET, age: timedelta = timedelta(), header: str | None = None) -> Any:
    at = str(int((clock.now() - age).timestamp()))
    mark = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"X-Sonae-Signature": header if header is not None else f"t={at},v1={mark}"}
    return Client().post("/hooks/mail/", body, content_type="application/json", headers=headers)


def reports(*given: object) -> bytes:
    return json.dumps({"reports": list(given)}).encode()


def test_a_report_counts_once_however_often_it_is_told() -> None:
    assert [send(reports(ONE)).json() for _ in range(2)] == [{"new": 1}, {"new": 0}]
    assert Bounce.objects.count() == 1
    assert StopEntry.objects.get().address == "gone@example.jp"


@pytest.mark.parametrize(
    "wrong",
    [{"secret": "another"}, {"age": timedelta(minutes=6)}, {"age": -timedelta(minutes=6)}, {"header": ""},
     {"header": "t=1,v1=" + "0" * 64}, {"header": "v1=x"}],
)  # fmt: skip
def test_a_wrong_signature_is_answered_like_none(wrong: dict[str, Any]) -> None:
    answer = send(reports(ONE), **wrong)
    assert (answer.status_code, answer.json()) == (401, {"error": "signature"})
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"\xff", b'{"reports": 1}', reports({"address": 1, "kind": "permanent"}),
     reports({"address": "a@example.jp", "kind": "made-up"}), b'{"reports": ' + b"[" * 100_000],
)  # fmt: skip
def test_what_can_not_be_read_is_refused_whole(body: bytes) -> None:
    assert send(body).status_code == 400
    assert not Bounce.objects.exists()


def test_a_body_beyond_the_limit_is_refused() -> None:
    assert send(b"x" * 200_001).status_code == 413


def test_one_address_that_is_none_keeps_the_others() -> None:
    assert send(reports({**ONE, "address": "nobody"}, ONE)).json() == {"new": 1}


def test_without_a_secret_there_is_no_such_address(settings: pytest.FixtureRequest) -> None:
    settings.SONAE_MAIL_HOOK_SECRET = ""  # type: ignore[attr-defined]
    assert send(reports(ONE)).status_code == 404
