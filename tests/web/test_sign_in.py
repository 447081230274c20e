"""Signing in with a code: alike for known and unknown addresses, limited in tries and time, and over when it is over."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import User
from sonae.web.portal import sign_in_views
from sonae.web.portal import urls as portal_urls
from sonae.web.portal.sign_in import SignInAdapter
from tests import cast, clock

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "known@firm.example", "unknown@firm.example"


@pytest.fixture(autouse=True)
def _programme(programme: object) -> None:
    cast.enter_person(KNOWN)


def ask(browser: Client, email: str, path: str = "/sign-in/", **more: str) -> Any:
    return browser.post(path, {"email": email, **more})


def newest_code(email: str) -> str:
    mail = OutboxMessage.objects.filter(recipient=email).latest("id")
    found = re.search(r"\d{6}", mail.body)
    assert found
    return found[0]


def sign_in(browser: Client, email: str = KNOWN, next_page: str = "") -> Any:
    ask(browser, email, next=next_page)
    return browser.post("/sign-in/code/", {"code": newest_code(email), "next": next_page})


def test_the_code_signs_in(client: Client) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert client.get("/portal/").status_code == 200
    assert AuditEntry.objects.filter(action="user.signed_in").count() == 1


def test_a_full_width_code_with_spaces_signs_in(client: Client) -> None:
    ask(client, KNOWN)
    wide = " ".join(chr(ord(digit) + 0xFEE0) for digit in newest_code(KNOWN))
    assert client.post("/sign-in/code/", {"code": wide}).headers["Location"] == "/portal/"


def test_known_and_unknown_addresses_can_not_be_told_apart() -> None:
    seen = []
    for email in (KNOWN, UNKNOWN):
        browser = Client()
        asked = ask(browser, email)
        page = browser.get("/sign-in/code/").content.decode()
        wrong = browser.post("/sign-in/code/", {"code": "not it"})
        mail = OutboxMessage.objects.get(recipient=email)
        tidy = [
            re.sub(r'value="[A-Za-z0-9]{64}"', "", text).replace(email, "").replace(newest_code(email), "")
            for text in (page, wrong.content.decode(), mail.subject, mail.body)
        ]
        seen.append((asked.status_code, asked.headers["Location"], wrong.status_code, tidy))
    assert seen[0] == seen[1]


def test_known_and_unknown_addresses_cost_the_same_statements() -> None:
    statements = []
    for email in (KNOWN, UNKNOWN):
        with CaptureQueriesContext(connection) as captured:
            ask(Client(), email)
        statements.append([re.sub(r"'[^']*'|\d+", "", query["sql"])[:60] for query in captured.captured_queries])
    assert statements[0] == statements[1]


def test_a_new_person_can_do_nothing_until_the_code_is_confirmed(client: Client) -> None:
    ask(client, UNKNOWN)
    user = User.objects.get(email=UNKNOWN)
    assert not user.has_usable_password()
    assert user.last_login is None
    assert client.get("/portal/").status_code == 302
    client.post("/sign-in/code/", {"code": newest_code(UNKNOWN)})
    assert client.get("/portal/").status_code == 200


def test_five_wrong_tries_end_the_code(client: Client) -> None:
    ask(client, KNOWN)
    code = newest_code(KNOWN)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(4):
        assert client.post("/sign-in/code/", {"code": wrong}).status_code == 422
    assert client.post("/sign-in/code/", {"code": wrong}).headers["Location"] == "/sign-in/"
    assert client.post("/sign-in/code/", {"code": code}).headers["Location"] == "/sign-in/"
    assert client.get("/portal/").status_code == 302


def test_a_code_lives_ten_minutes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(client, KNOWN)
    code, then = newest_code(KNOWN), time.time()
    monkeypatch.setattr(time, "time", lambda: then + 601)
    assert client.post("/sign-in/code/", {"code": code}).headers["Location"] == "/sign-in/"
    assert client.get("/portal/").status_code == 302


def test_without_the_limit_a_code_would_live_on(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10**9
    ask(client, KNOWN)
    code, then = newest_code(KNOWN), time.time()
    monkeypatch.setattr(time, "time", lambda: then + 601)
    assert client.post("/sign-in/code/", {"code": code}).headers["Location"] == "/portal/"


def test_a_code_works_once_and_only_in_the_browser_that_asked(client: Client) -> None:
    ask(client, KNOWN)
    code = newest_code(KNOWN)
    assert Client().post("/sign-in/code/", {"code": code}).headers["Location"] == "/sign-in/"
    assert client.post("/sign-in/code/", {"code": code}).headers["Location"] == "/portal/"
    client.post("/sign-out/")
    assert client.post("/sign-in/code/", {"code": code}).headers["Location"] == "/sign-in/"


def test_were_the_code_not_bound_to_its_browser_it_would_open_another(client: Client) -> None:
    """What binds it is the session in which it was asked for: with that, another browser gets in."""
    ask(client, KNOWN)
    other = Client()
    other.cookies["sessionid"] = client.cookies["sessionid"].value
    assert other.post("/sign-in/code/", {"code": newest_code(KNOWN)}).headers["Location"] == "/portal/"


def test_a_newer_code_replaces_the_older(client: Client) -> None:
    ask(client, KNOWN)
    older = newest_code(KNOWN)
    ask(client, KNOWN)
    newer = newest_code(KNOWN)
    if older != newer:
        assert client.post("/sign-in/code/", {"code": older}).status_code == 422
    assert client.post("/sign-in/code/", {"code": newer}).headers["Location"] == "/portal/"


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_codes_for_one_address_are_limited(email: str, settings: Settings) -> None:
    for _ in range(settings.SONAE_SIGN_IN_CODES_AN_HOUR):
        assert ask(Client(), email).status_code == 302
    refused = ask(Client(), email)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert OutboxMessage.objects.filter(recipient=email).count() == settings.SONAE_SIGN_IN_CODES_AN_HOUR
    with clock.at(clock.later(minutes=61)):
        assert ask(Client(), email).status_code == 302


def test_codes_from_one_network_address_are_limited(settings: Settings) -> None:
    settings.SONAE_SIGN_IN_CODES_AN_HOUR = 1
    answers = [ask(Client(), f"person{number}@firm.example").status_code for number in range(4)]
    assert answers == [302, 302, 302, 429]


@pytest.mark.parametrize("emails", [["person@firm.example"], [f"person{number}@firm.example" for number in range(20)]])
def test_without_the_limit_mails_with_codes_would_be_sent_without_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, emails: list[str]
) -> None:
    settings.SONAE_SIGN_IN_CODES_AN_HOUR = 1
    monkeypatch.setattr(sign_in_views, "allow", lambda **_: True)
    answers = [ask(Client(), emails[number % len(emails)]).status_code for number in range(20)]
    assert answers == [302] * 20
    assert OutboxMessage.objects.count() == 20


def test_the_session_gets_a_new_id_and_the_old_one_is_dead(client: Client) -> None:
    ask(client, KNOWN)
    before = client.cookies["sessionid"].value
    client.post("/sign-in/code/", {"code": newest_code(KNOWN)})
    during = client.cookies["sessionid"].value
    assert before != during
    client.post("/sign-out/")
    for old in (before, during):
        thief = Client()
        thief.cookies["sessionid"] = old
        assert thief.get("/portal/").status_code == 302


def test_signing_out_takes_a_post(client: Client) -> None:
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/portal/").status_code == 200


def test_were_a_get_enough_a_picture_on_any_page_would_sign_people_out(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = next(one for one in portal_urls.urlpatterns if getattr(one, "name", "") == "sign_out")
    monkeypatch.setattr(address, "callback", sign_in_views.sign_out.__wrapped__)
    sign_in(client)
    assert client.get("/sign-out/").status_code == 302
    assert client.get("/portal/").status_code == 302


ELSEWHERE = pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "portal/",
    ],
)


@ELSEWHERE
def test_after_signing_in_nobody_is_led_elsewhere(client: Client, elsewhere: str) -> None:
    assert sign_in(client, next_page=elsewhere).headers["Location"] == "/portal/"


STOPPED_BY_DJANGO = {"/\\evil.example": (302, "/%5Cevil.example"), "javascript:alert(1)": (400, "")}


@ELSEWHERE
def test_without_a_look_at_the_address_people_would_be_led_elsewhere(
    client: Client, monkeypatch: pytest.MonkeyPatch, elsewhere: str
) -> None:
    monkeypatch.setattr(SignInAdapter, "is_safe_url", lambda adapter, url: True)
    answer = sign_in(client, next_page=elsewhere)
    led = (answer.status_code, answer.headers.get("Location", ""))
    assert led == STOPPED_BY_DJANGO.get(elsewhere, (302, elsewhere))


def test_after_signing_in_the_page_that_was_wanted_opens(client: Client) -> None:
    wanted = client.get("/apply/?industry=retail&sales=800").headers["Location"]
    assert wanted.startswith("/sign-in/?next=/apply/")
    assert sign_in(client, next_page="/apply/?industry=retail&sales=800").headers["Location"].startswith("/apply/")


def test_an_inactive_person_gets_a_code_but_no_session(client: Client) -> None:
    User.objects.filter(email=KNOWN).update(is_active=False)
    assert sign_in(client).headers["Location"] == "/sign-in/"
    assert client.get("/portal/").status_code == 302
    assert "いま使えません" in client.get("/sign-in/").content.decode()


def test_the_mail_is_in_the_language_of_the_page(client: Client) -> None:
    ask(client, KNOWN, path="/en/sign-in/")
    mail = OutboxMessage.objects.get()
    assert mail.language == "en"
    assert "within ten minutes" in mail.body


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "x" * 300 + "@firm.example", "a\x00@firm.example", "a b@c.jp"])
def test_what_is_no_address_is_told_in_words_and_nobody_is_entered(client: Client, email: str) -> None:
    answer = ask(client, email)
    assert answer.status_code == 422
    assert 'id="id_email_error"' in answer.content.decode()
    assert User.objects.count() == 1
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/login/", "/signup/", "/password/reset/", "/email/", "/logout/"]
)
def test_no_other_page_of_the_library_is_reachable(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
