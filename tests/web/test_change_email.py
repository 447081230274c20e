"""F23: nobody moves an account to another address without the old one, or the desk; both are told, and other sessions end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.models import AuditEntry
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import User
from sonae.apps.people.models import EmailChange
from sonae.apps.people.use_cases import change_email
from sonae.apps.people.use_cases.change_email import EmailIsTaken, change_email_by_desk
from tests import cast, clock
from tests.web.door import is_in, newest_code, newest_mail, sign_in, signed_in

pytestmark = pytest.mark.django_db
PAGE, NEW = "/portal/security/email/", "aoki-new@sample.example"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def ask(browser: Client, email: str = NEW) -> Any:
    return browser.post(PAGE, {"email": email})


def give(browser: Client, code: str) -> Any:
    return browser.post(PAGE, {"code": code})


def other_than(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def test_with_both_codes_the_address_changes_others_end_and_both_are_told(people: cast.Cast) -> None:
    there, here = signed_in(people.owner), signed_in(people.owner)
    assert ask(here).headers["Location"] == PAGE
    assert address_of(people.owner) == cast.AOKI
    assert give(here, newest_code(cast.AOKI)).headers["Location"] == PAGE
    assert address_of(people.owner) == cast.AOKI
    assert give(here, newest_code(NEW)).headers["Location"] == "/portal/security/"
    assert address_of(people.owner) == NEW
    assert (is_in(there), is_in(here)) == (False, True)
    for address in (cast.AOKI, NEW):
        assert f"{cast.AOKI} から {NEW}" in newest_mail(address).body
    assert AuditEntry.objects.filter(action="email.changed", actor=f"user:{people.owner.pk}").count() == 1
    assert sign_in(Client(), NEW).headers["Location"] == "/portal/"


def test_a_browser_that_was_left_open_can_not_even_begin(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    with clock.at(clock.later(minutes=11)):
        for answer in (browser.get(PAGE), ask(browser)):
            assert answer.headers["Location"] == "/sign-in/again/?next=%2Fportal%2Fsecurity%2Femail%2F"
    assert not EmailChange.objects.exists()


def test_the_old_addresss_code_can_not_be_left_out(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    ask(browser)
    assert not OutboxMessage.objects.filter(recipient=NEW).exists()
    right = newest_code(cast.AOKI)
    assert give(browser, other_than(right)).status_code == 422
    assert address_of(people.owner) == cast.AOKI
    assert AuditEntry.objects.filter(action="email.code_refused").count() == 1


def test_without_comparing_the_codes_whoever_has_the_browser_would_take_the_account(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_email, "code_fits", lambda code, digest, *, purpose: True)
    browser = signed_in(people.owner)
    ask(browser)
    give(browser, "000000")
    give(browser, "000000")
    assert address_of(people.owner) == NEW


def test_five_wrong_codes_end_it(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    ask(browser)
    right = newest_code(cast.AOKI)
    statuses = [give(browser, other_than(right)).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [302]
    give(browser, right)
    assert EmailChange.objects.get().stage == EmailChange.Stage.LEFT
    assert not OutboxMessage.objects.filter(recipient=NEW).exists()


def test_without_the_limit_codes_could_be_tried_without_end(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(people.owner)
    ask(browser)
    monkeypatch.setattr(change_email, "allow", lambda **_: True)
    wrong = other_than(newest_code(cast.AOKI))
    assert {give(browser, wrong).status_code for _ in range(20)} == {422}


def test_it_lives_half_an_hour(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    ask(browser)
    code = newest_code(cast.AOKI)
    with clock.at(clock.later(minutes=31)), pytest.raises(change_email.NoChange):
        change_email.give_code(user=people.owner, code=code, session_key="", language="ja", now=clock.now())
    assert address_of(people.owner) == cast.AOKI


def test_an_older_code_is_worth_nothing_once_it_was_begun_anew(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    ask(browser)
    older = newest_code(cast.AOKI)
    browser.post(PAGE, {"action": "leave"})
    ask(browser, "other@sample.example")
    if older != newest_code(cast.AOKI):
        assert give(browser, older).status_code == 422
    assert [one.stage for one in EmailChange.objects.order_by("id")] == ["left", "old"]


def test_changes_are_limited(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    statuses = []
    for _ in range(7):
        statuses.append(ask(browser).status_code)
        browser.post(PAGE, {"action": "leave"})
    assert statuses == [302] * 5 + [429] * 2


def steps_to(browser: Client, email: str) -> tuple[list[Any], list[list[str]]]:
    """What the page says on the way to that address, and the statements that it takes."""
    seen, work = [], []
    with CaptureQueriesContext(connection) as captured:
        ask(browser, email)
        answers = [
            browser.get(PAGE),
            give(browser, newest_code(cast.AOKI)),
            browser.get(PAGE),
            give(browser, "no code"),
        ]
    for answer in answers:
        text = re.sub(r'value="[^"]*"', "", answer.content.decode()).replace(email, "")
        seen.append((answer.status_code, answer.headers.get("Location"), text))
    work.append([re.sub(r"'[^']*'|\d+", "", query["sql"])[:40] for query in captured.captured_queries])
    browser.post(PAGE, {"action": "leave"})
    return seen, work


def test_whether_somebody_uses_the_new_address_is_not_told_to_who_asks(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    free, taken = steps_to(browser, NEW), steps_to(browser, people.stranger.email)
    assert free[0] == taken[0]
    assert "すでに使われています" in newest_mail(people.stranger.email).subject
    assert not re.search(r"\d{6}", newest_mail(people.stranger.email).body)
    assert address_of(people.stranger) == people.stranger.email


def test_no_code_leads_to_an_address_that_somebody_uses(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    ask(browser, people.stranger.email)
    give(browser, newest_code(cast.AOKI))
    for code in ("", "000000", "None"):
        assert give(browser, code).status_code == 422
    assert address_of(people.owner) == cast.AOKI


def test_an_address_that_is_taken_in_the_meantime_ends_it(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    ask(browser)
    give(browser, newest_code(cast.AOKI))
    cast.enter_person(NEW)
    assert give(browser, newest_code(NEW)).headers["Location"] == "/portal/security/"
    assert address_of(people.owner) == cast.AOKI


def test_the_code_is_kept_in_no_form_that_can_be_turned_back(people: cast.Cast) -> None:
    ask(signed_in(people.owner))
    change = EmailChange.objects.get()
    assert newest_code(cast.AOKI) not in change.code_digest
    assert len(change.code_digest) == 64


def test_the_desk_changes_it_with_a_reason_and_everything_ends(people: cast.Cast) -> None:
    there = signed_in(people.owner)
    given: dict[str, Any] = {"user": people.owner, "new_email": NEW, "language": "ja", "now": clock.now()}
    desk = people.staff["operator"]
    for staff, reason, error in (
        (people.colleague, "x", PermissionError), (people.owner, "x", PermissionError), (desk, " ", ValueError),
    ):  # fmt: skip
        with pytest.raises(error):
            change_email_by_desk(staff=staff, reason=reason, **given)
    with pytest.raises(EmailIsTaken):
        change_email_by_desk(staff=desk, reason="x", **{**given, "new_email": people.stranger.email})
    assert address_of(people.owner) == cast.AOKI
    change_email_by_desk(staff=desk, reason="called back at the number on the list", **given)
    assert address_of(people.owner) == NEW
    assert not is_in(there)
    for address in (cast.AOKI, NEW):
        assert f"{cast.AOKI} から {NEW}" in newest_mail(address).body
    entry = AuditEntry.objects.get(action="email.changed_by_desk")
    assert (entry.actor, entry.detail) == (f"user:{desk.pk}", {"reason": "called back at the number on the list"})


def test_nobody_of_the_staff_changes_their_own(people: cast.Cast) -> None:
    desk = people.staff["operator"]
    with pytest.raises(PermissionError):
        change_email_by_desk(user=desk, new_email=NEW, reason="x", staff=desk, language="ja", now=clock.now())
