"""Sessions of the staff: idle, too old, closed by others, listed; and that those of members' people live as before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.models import SignIn
from sonae.apps.people.use_cases.enter_staff import move_staff
from sonae.apps.people.use_cases.manage_staff import close_desk, reset_second_factor
from sonae.domain.staff_rights import Position
from sonae.web.shared import idle
from tests import cast, clock
from tests.web.door import CHROME, IPHONE, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def operator(people: cast.Cast) -> User:
    return people.staff["operator"]


def is_at_the_desk(browser: Client) -> bool:
    return bool(browser.get("/desk/").status_code == 200)


def test_half_an_hour_in_which_nothing_is_done_ends_the_session(operator: User) -> None:
    browser = signed_in(operator)
    with clock.at(clock.later(minutes=29)):
        assert is_at_the_desk(browser)
    with clock.at(clock.later(minutes=58)):
        assert is_at_the_desk(browser)
    with clock.at(clock.later(minutes=88)):
        answer = browser.get("/desk/feeds/", follow=True)
        assert answer.redirect_chain == [("/sign-in/?next=%2Fdesk%2Ffeeds%2F", 302)]
        assert "しばらく操作がなかったため" in answer.content.decode()
    assert SignIn.objects.get(user=operator).ended_at is not None
    assert AuditEntry.objects.filter(action="session.idle").count() == 1


def test_it_is_ended_at_whatever_page_comes_next(operator: User) -> None:
    browser = signed_in(operator)
    with clock.at(clock.later(minutes=31)):
        assert browser.get("/portal/security/").headers["Location"].startswith("/sign-in/?next=")
    assert not is_at_the_desk(browser)


def test_nothing_is_done_by_a_form_of_a_session_that_was_idle(operator: User) -> None:
    browser = signed_in(operator)
    with clock.at(clock.later(minutes=31)):
        answer = browser.post("/desk/money/2026-11/list/close/")
    assert answer.headers["Location"].startswith("/sign-in/?next=")
    assert not AuditEntry.objects.filter(action__startswith="bordereau").exists()


def test_without_the_limit_it_would_live_on(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(operator)
    monkeypatch.setattr(idle, "_unused_for", lambda request: timedelta())
    with clock.at(clock.later(hours=5)):
        assert is_at_the_desk(browser)


def test_how_long_stands_in_the_settings(operator: User, settings: Settings) -> None:
    settings.SONAE_STAFF_IDLE_MINUTES = 5
    browser = signed_in(operator)
    with clock.at(clock.later(minutes=5)):
        assert not is_at_the_desk(browser)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(operator: User) -> None:
    browser = signed_in(operator)
    for minutes in range(3, 30, 3):
        with clock.at(clock.later(minutes=minutes)):
            assert browser.get("/desk/", headers={"Sonae-By-Itself": "1"}).status_code == 200
    with clock.at(clock.later(minutes=30)):
        assert browser.get("/desk/", headers={"Sonae-By-Itself": "1"}).status_code == 302


def test_a_session_of_which_nothing_is_written_down_is_over(operator: User) -> None:
    browser = Client()
    browser.force_login(operator)
    assert browser.get("/desk/").headers["Location"].startswith("/sign-in/?next=")


def test_members_people_are_not_signed_out_for_doing_nothing(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    with clock.at(clock.later(hours=11)):
        assert browser.get("/portal/").status_code == 200


def test_a_session_that_is_used_all_day_ends_after_twelve_hours(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", clock.now)
    browser = signed_in(operator)
    for minutes in range(20, 12 * 60, 20):
        with clock.at(clock.later(minutes=minutes)):
            assert is_at_the_desk(browser), minutes
    with clock.at(clock.later(hours=12, minutes=1)):
        assert not is_at_the_desk(browser)


def supervisor() -> User:
    return cast.enter_staff("operator", Position.SUPERVISOR)


def close(user: User) -> None:
    close_desk(by=supervisor(), user_id=user.pk, reason="left", language="ja", now=clock.now())


def move(user: User) -> None:
    insurer = Organisation.objects.get(code="insurer")
    move_staff(
        user=user, organisation=insurer, positions=[Position.CLERK], actor="command:x", language="ja", now=clock.now()
    )


def reset(user: User) -> None:
    reset_second_factor(by=supervisor(), user_id=user.pk, reason="lost", language="ja", now=clock.now())


@pytest.mark.parametrize("act", [close, move, reset])
def test_all_sessions_of_the_person_end_at_once(people: cast.Cast, operator: User, act: Any) -> None:
    browsers, other = [signed_in(operator, agent) for agent in (CHROME, IPHONE)], signed_in(people.staff["organiser"])
    assert [is_at_the_desk(browser) for browser in browsers] == [True, True]
    act(operator)
    for browser in browsers:
        assert browser.get("/desk/").headers["Location"] == "/sign-in/?next=/desk/"
    assert is_at_the_desk(other)
    assert not SignIn.objects.filter(user=operator, ended_at=None).exists()


def test_the_list_of_sign_ins_works_for_the_staff_too(operator: User) -> None:
    with clock.at(clock.later(seconds=-60)):
        there = signed_in(operator, IPHONE)
    here = signed_in(operator)
    page = here.get("/portal/security/").content.decode()
    assert "iPhone の Safari" in page
    assert page.count('value="end"') == 1
    other = SignIn.objects.get(user=operator, session_key=there.session.session_key)
    here.post("/portal/security/", {"action": "end", "one": other.pk})
    assert (is_at_the_desk(there), is_at_the_desk(here)) == (False, True)


def test_the_list_knows_the_session_by_its_new_id(operator: User) -> None:
    browser = signed_in(operator)
    assert SignIn.objects.get(user=operator, ended_at=None).session_key == browser.cookies["sessionid"].value
