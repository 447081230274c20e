"""What every answer carries, whoever asks for whatever: where scripts may come from, and what may be kept, framed and guessed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, RequestFactory
from pytest_django import Settings

from sonae.web.shared import security_headers
from sonae.web.shared.client import client_of
from tests.architecture.test_access_matrix import MATRIX, ask

pytestmark = pytest.mark.django_db
EVERY_ROW = pytest.mark.parametrize("name", MATRIX)
KINDS = (
    r"text/(html|plain); charset=utf-8|application/json(; charset=utf-8)?|application/problem\+json|application/pdf"
    r"|application/xml; charset=utf-8|application/manifest\+json|image/(png|x-icon)"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


SEALED = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def missing_from(answer: Any) -> set[str]:
    """The security headers that this answer lacks, or says otherwise."""
    missing = {header for header, said in FIXED.items() if answer.headers.get(header) != said}
    return missing | (
        {"Permissions-Policy"} if "camera=()" not in answer.headers.get("Permissions-Policy", "") else set()
    )


def open_in(answer: Any) -> set[str]:
    """What the answer's rules for the browser leave open; all of it where there are none."""
    rules = directives(answer.headers.get("Content-Security-Policy", ""))
    left = {name for name, sources in SEALED.items() if rules.get(name) != sources}
    forms = rules.get("form-action", ["*"])
    return left | ({"form-action"} if "'self'" not in forms or "*" in "".join(forms) else set())


@EVERY_ROW
def test_every_answer_carries_the_security_headers(programme: object, name: str) -> None:
    assert missing_from(ask(Client(), MATRIX[name])) == set()


@EVERY_ROW
def test_every_answer_forbids_scripts_and_styles_that_are_not_files_of_ours(programme: object, name: str) -> None:
    assert open_in(ask(Client(), MATRIX[name])) == set()


ADDED_BY = {
    "django.middleware.security.SecurityMiddleware": {
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
    },
    "sonae.web.shared.security_headers.SecurityHeaders": {"Cross-Origin-Resource-Policy", "Permissions-Policy"},
    "django.middleware.clickjacking.XFrameOptionsMiddleware": {"X-Frame-Options"},
}


@pytest.mark.parametrize("part", ADDED_BY, ids=lambda part: part.rpartition(".")[2])
def test_without_the_part_that_adds_them_the_headers_are_missed_everywhere(
    programme: object, settings: Settings, part: str
) -> None:
    settings.MIDDLEWARE = [other for other in django_settings.MIDDLEWARE if other != part]
    answers = [ask(Client(), row) for row in MATRIX.values()]
    assert [missing_from(answer) for answer in answers] == [ADDED_BY[part]] * len(MATRIX)
    left_open = {*SEALED, "form-action"} if part.endswith(".SecurityHeaders") else set()
    assert [open_in(answer) for answer in answers] == [left_open] * len(MATRIX)


@pytest.mark.parametrize(
    ("loosened", "left_open"),
    [
        ("script-src 'self' 'unsafe-inline'", "script-src"),
        ("script-src 'self' https://scripts.example", "script-src"),
        ("style-src 'self' 'unsafe-inline'", "style-src"),
        ("frame-ancestors 'self'", "frame-ancestors"),
        ("base-uri 'self'", "base-uri"),
        ("object-src 'self'", "object-src"),
        ("default-src 'self'", "default-src"),
        ("form-action *", "form-action"),
    ],
)
def test_a_rule_that_was_loosened_is_noticed(monkeypatch: pytest.MonkeyPatch, loosened: str, left_open: str) -> None:
    whole = security_headers.content_security_policy()
    loose = re.sub(rf"\b{left_open} [^;]+", loosened, whole)
    monkeypatch.setattr(security_headers, "content_security_policy", lambda: loose)
    assert open_in(Client().get("/robots.txt")) == {left_open}


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
    assert missing_from(answer) == open_in(answer) == set()
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
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: values for name, *values in parts}
