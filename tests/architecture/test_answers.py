"""What every answer carries, whoever asks for whatever: where scripts may come from, and what may be kept, framed and guessed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory

from sonae.web.shared.client import client_of
from tests.architecture.test_access_matrix import MATRIX, ask

pytestmark = pytest.mark.django_db
EVERY_ROW = pytest.mark.parametrize("name", MATRIX)
KINDS = (
    r"text/(html|plain); charset=utf-8|application/json(; charset=utf-8)?|application/pdf"
    r"|application/xml; charset=utf-8|application/manifest\+json|image/(png|x-icon)"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@EVERY_ROW
def test_every_answer_carries_the_security_headers(programme: object, name: str) -> None:
    headers = ask(Client(), MATRIX[name]).headers
    assert {header: headers.get(header) for header in FIXED} == FIXED
    assert "camera=()" in headers["Permissions-Policy"]


@EVERY_ROW
def test_every_answer_forbids_scripts_and_styles_that_are_not_files_of_ours(programme: object, name: str) -> None:
    policy = directives(ask(Client(), MATRIX[name]).headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert "'self'" in policy["form-action"]
    assert "*" not in " ".join(policy["form-action"])


@EVERY_ROW
def test_every_body_says_what_it_is(programme: object, name: str) -> None:
    answer = ask(Client(), MATRIX[name])
    if answer.status_code in {302, 405}:
        return
    kind = answer.headers["Content-Type"]
    assert re.fullmatch(KINDS, kind)


@pytest.mark.parametrize("name", ["site:home", "portal:home", "portal:sign_in"])
def test_an_unknown_way_of_asking_is_refused(programme: object, name: str) -> None:
    for method in ("put", "delete", "patch"):
        assert getattr(Client(), method)(MATRIX[name].path).status_code == 405


def test_an_address_that_does_not_exist_answers_with_the_same_headers(programme: object) -> None:
    answer = Client().get("/no/such/page/")
    assert answer.status_code == 404
    assert {header: answer.headers.get(header) for header in FIXED} == FIXED
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize(
    ("behind_proxy", "header", "expected"),
    [
        (False, "203.0.113.9", "192.0.2.1"),
        (False, "", "192.0.2.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (True, "", "192.0.2.1"),
    ],
)
def test_a_forwarded_address_counts_only_behind_our_own_proxy(
    settings: Any, behind_proxy: bool, header: str, expected: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind_proxy else None
    sent = {"HTTP_X_FORWARDED_FOR": header} if header else {}
    assert client_of(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **sent)) == expected


def test_a_forwarded_host_or_scheme_changes_nothing(programme: object) -> None:
    plain = Client().get("/")
    spoofed = Client().get("/", HTTP_X_FORWARDED_HOST="evil.example", HTTP_X_FORWARDED_PROTO="https")
    assert plain.status_code == spoofed.status_code
    assert b"evil.example" not in spoofed.content


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {name: values for name, *values in parts}
