"""F23: a thousand tries at the codes, in any order and at any pace, and ways to learn or to bend what signing in says."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import User
from sonae.web.portal import sign_in_views
from tests import cast, clock
from tests.architecture.test_access_matrix import MATRIX

pytestmark = pytest.mark.django_db
VICTIM, SHUT_OUT, UNKNOWN = "victim@firm.example", "former@firm.example", "unknown@firm.example"
CODES_AN_HOUR, TRIES = 10, 5


@pytest.fixture(autouse=True)
def _programme(programme: object) -> None:
    cast.enter_person(VICTIM)
    cast.enter_person(SHUT_OUT, is_active=False)


def code_of(email: str) -> str:
    found = re.search(r"\d{6}", OutboxMessage.objects.filter(recipient=email).latest("id").body)
    assert found
    return found[0]


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def guess(browser: Client, code: str) -> str:
    """What became of one try: "wrong" was held against a living code, "over" was not looked at, "in" is in."""
    answer = browser.post("/sign-in/code/", {"code": code})
    return "wrong" if answer.status_code == 422 else {"/sign-in/": "over"}.get(answer.headers["Location"], "in")


def test_a_thousand_tries_in_an_hour_are_held_against_fifty_codes_at_most(settings: Settings) -> None:
    """From as many network addresses as it takes: the e-mail alone is what counts."""
    settings.SONAE_SIGN_IN_CODES_AN_HOUR = CODES_AN_HOUR
    outcomes: Counter[str] = Counter()
    browser = Client()
    for number in range(1_000):
        if outcomes["looked at"] % TRIES == 0 or outcomes["refused"]:
            browser = Client(REMOTE_ADDR=f"198.51.{number // 250}.{number % 250}")
            if browser.post("/sign-in/", {"email": VICTIM}).status_code == 429:
                outcomes["refused"] += 1
                continue
        guess(browser, wrong(code_of(VICTIM)))
        outcomes["looked at"] += 1
    assert outcomes == {"looked at": CODES_AN_HOUR * TRIES, "refused": 1_000 - CODES_AN_HOUR * TRIES}
    assert User.objects.get(email=VICTIM).last_login is None
    assert AuditEntry.objects.filter(action="user.code_refused").count() == CODES_AN_HOUR * TRIES


def test_a_list_of_addresses_is_no_way_around_it(settings: Settings) -> None:
    settings.SONAE_SIGN_IN_CODES_AN_HOUR = CODES_AN_HOUR
    statuses = [
        Client().post("/sign-in/", {"email": f"person{number}@firm.example"}).status_code for number in range(60)
    ]
    assert Counter(statuses) == {302: CODES_AN_HOUR * sign_in_views.CODES_OF_A_NETWORK, 429: 30}


def as_if_at_once(browser: Client, code: str, tries: int) -> list[str]:
    """Tries that don't see each other: each reads the session as it was before the others were counted in it."""
    session = Session.objects.get(pk=browser.cookies["sessionid"].value)
    outcomes = []
    for _ in range(tries):
        session.save()
        outcomes.append(guess(browser, code))
    session.save()
    return outcomes


def test_tries_that_arrive_at_once_are_counted_one_by_one() -> None:
    browser = Client()
    browser.post("/sign-in/", {"email": VICTIM})
    code = code_of(VICTIM)
    assert Counter(as_if_at_once(browser, wrong(code), 20)) == {"wrong": TRIES, "over": 15}
    assert guess(browser, code) == "over"


def test_without_counting_in_the_database_tries_at_once_would_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    browser.post("/sign-in/", {"email": VICTIM})
    code = code_of(VICTIM)
    monkeypatch.setattr(sign_in_views, "allow", lambda **_: True)
    assert Counter(as_if_at_once(browser, wrong(code), 20)) == {"wrong": 20}
    assert guess(browser, code) == "in"


def test_five_tries_belong_to_one_code_and_a_new_one_has_five_again() -> None:
    browser = Client()
    for _ in range(2):
        browser.post("/sign-in/", {"email": VICTIM})
        code = code_of(VICTIM)
        assert [guess(browser, wrong(code)) for _ in range(TRIES)] == ["wrong"] * 4 + ["over"]
    browser.post("/sign-in/", {"email": VICTIM})
    assert guess(browser, code_of(VICTIM)) == "in"


def tidy(text: str, email: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"|\d{6}', "", text).replace(email, "")


def ask_for_each() -> tuple[list[Any], list[list[str]]]:
    """What a known, an unknown and a shut-out address are told, and the statements that it takes."""
    seen, work = [], []
    for email in (VICTIM, UNKNOWN, SHUT_OUT):
        browser = Client()
        with CaptureQueriesContext(connection) as captured:
            asked = browser.post("/sign-in/", {"email": email})
            page = browser.get("/sign-in/code/")
            refused = browser.post("/sign-in/code/", {"code": wrong(code_of(email))})
        mail = OutboxMessage.objects.get(recipient=email)
        seen.append(
            (asked.status_code, asked.headers["Location"], page.status_code, refused.status_code, mail.language,
             *(tidy(text, email) for text in (page.content.decode(), refused.content.decode(), mail.subject, mail.body)))
        )  # fmt: skip
        work.append([re.sub(r"'[^']*'|\d+", "", query["sql"])[:60] for query in captured.captured_queries])
    return seen, work


def test_known_unknown_and_shut_out_addresses_are_answered_alike_and_cost_the_same() -> None:
    seen, work = ask_for_each()
    assert seen[0] == seen[1] == seen[2]
    assert work[0] == work[1] == work[2]


def enter_plainly(*, email: str, now: datetime) -> User:
    """As one would write it at first: look, and enter whoever is not there."""
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_user(email=email)


def test_without_the_same_work_for_all_an_unknown_address_would_be_known_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_views, "enter_user", enter_plainly)
    seen, work = ask_for_each()
    assert seen[0] == seen[1] == seen[2]
    assert work[0] == work[2]
    assert len(work[1]) > len(work[0])


def test_without_a_mail_to_everybody_an_unknown_address_would_be_known_by_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody unknown is sent away at once: the check sees a page that differs."""

    def send_away(*, email: str, now: datetime) -> User:
        found = User.objects.filter(email=email, is_active=True).first()
        if found is None:
            raise Http404
        return found

    monkeypatch.setattr(sign_in_views, "enter_user", send_away)
    answers = [Client().post("/sign-in/", {"email": email}).status_code for email in (VICTIM, UNKNOWN, SHUT_OUT)]
    assert answers == [302, 404, 404]


@pytest.mark.parametrize(
    "written", ["VICTIM@FIRM.EXAMPLE", " victim@firm.example ", "Victim@firm.example", "ｖictim@firm.example"]
)
def test_another_way_of_writing_an_address_has_no_codes_of_its_own(settings: Settings, written: str) -> None:
    settings.SONAE_SIGN_IN_CODES_AN_HOUR = 1
    assert Client(REMOTE_ADDR="198.51.100.1").post("/sign-in/", {"email": VICTIM}).status_code == 302
    again = Client(REMOTE_ADDR="198.51.100.2").post("/sign-in/", {"email": written})
    assert again.status_code == (422 if "ｖ" in written else 429)
    assert OutboxMessage.objects.count() == 1


def test_a_code_is_good_for_the_address_that_it_was_sent_to_alone() -> None:
    thief = Client()
    thief.post("/sign-in/", {"email": UNKNOWN})
    own = code_of(UNKNOWN)
    other = Client()
    other.post("/sign-in/", {"email": VICTIM})
    if own != code_of(VICTIM):
        assert guess(other, own) == "wrong"
    thief.post("/sign-in/code/", {"code": own, "email": VICTIM, "user": "1", "user_id": "1"})
    assert User.objects.get(pk=thief.session["_auth_user_id"]).email == UNKNOWN


@pytest.mark.parametrize("code", ["", " ", "\x00", "1e5", "-1", "０" * 40, "٠" * 6, "null", "[]", "%", "' OR 1=1 --"])
def test_what_is_no_code_is_no_key(code: str) -> None:
    browser = Client()
    browser.post("/sign-in/", {"email": VICTIM})
    assert guess(browser, code) == "wrong"
    assert browser.get("/portal/").status_code == 302


def test_without_a_code_that_was_asked_for_nothing_fits() -> None:
    for code in ("", "000000", "None"):
        assert guess(Client(), code) == "over"


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Forwarded-Server", "X-Original-URL", "Forwarded"])
def test_a_made_up_host_stands_in_no_mail_and_leads_nowhere(header: str) -> None:
    poisoned = {header: "host=evil.example" if header == "Forwarded" else "evil.example"}
    browser = Client()
    asked = browser.post("/sign-in/", {"email": VICTIM}, headers=poisoned)
    mail = OutboxMessage.objects.get()
    page = browser.get("/sign-in/code/", headers=poisoned)
    signed_in = browser.post("/sign-in/code/", {"code": code_of(VICTIM)}, headers=poisoned)
    assert [asked.headers["Location"], signed_in.headers["Location"]] == ["/sign-in/code/", "/portal/"]
    assert "evil.example" not in "".join((mail.subject, mail.body, page.content.decode()))
    assert "://" not in mail.body  # no link at all that could be bent


@pytest.mark.parametrize("name", MATRIX)
def test_a_host_that_is_not_ours_gets_no_page(settings: Settings, name: str) -> None:
    settings.ALLOWED_HOSTS = ["sonae.example"]
    row = MATRIX[name]
    refused = getattr(Client(), row.method)(row.path, headers={"Host": "evil.example"})
    assert refused.status_code == 400
    assert "evil.example" not in refused.content.decode()
    assert getattr(Client(), row.method)(row.path, headers={"Host": "sonae.example"}).status_code == row.status


def test_without_the_list_of_hosts_every_page_would_be_shown_under_any_name(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for row in MATRIX.values():
        shown = getattr(Client(), row.method)(row.path, headers={"Host": "evil.example"})
        assert shown.status_code == row.status


def test_an_hour_later_the_person_gets_codes_again(settings: Settings) -> None:
    settings.SONAE_SIGN_IN_CODES_AN_HOUR = 1
    browser = Client()
    assert [browser.post("/sign-in/", {"email": VICTIM}).status_code for _ in range(3)] == [302, 429, 429]
    with clock.at(clock.later(minutes=61)):
        assert browser.post("/sign-in/", {"email": VICTIM}).status_code == 302
        assert guess(browser, code_of(VICTIM)) == "in"
