"""What somebody tries who reads the mails of the staff, or sits at another's browser: guessing, replaying, going around."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import User
from sonae.apps.people.sealing import Unreadable, seal, unseal
from sonae.apps.people.use_cases import give_second_factor
from sonae.web.portal import fresh, passkeys
from sonae.web.shared import staff_door
from sonae.web.shared.sessions import SessionStore
from tests import cast, clock
from tests.web.door import app_code, give_app, give_app_code, sign_in
from tests.web.soft_passkey import SoftPasskey, add_passkey, sign_in_with
from tests.web.test_second_factor import CODES, SECOND, SET_UP, by_mail_alone, is_at_the_desk, key_on, set_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def victim(people: cast.Cast) -> User:
    return people.staff["operator"]


def wrong(key: str) -> str:
    """Six digits that fit nothing near."""
    near = {app_code(key, clock.later(seconds=seconds)) for seconds in (-60, -30, 0, 30, 60)}
    return next(code for code in (f"{number:06d}" for number in range(10)) if code not in near)


# --- guessing


def test_five_tries_in_ten_minutes_and_sixty_a_day_are_looked_at(victim: User) -> None:
    key, browser = give_app(victim), by_mail_alone(victim)
    statuses: Counter[int] = Counter()
    for turn in range(30):
        with clock.at(clock.later(minutes=11 * turn)):
            attacker = by_mail_alone(victim) if turn else browser
            for _ in range(6):
                statuses[attacker.post(SECOND, {"code": wrong(key)}).status_code] += 1
    assert statuses == {422: 60, 429: 120}


def test_right_codes_are_not_counted_against_a_person(victim: User) -> None:
    key = give_app(victim)
    for turn in range(8):
        with clock.at(clock.later(seconds=30 * turn)):
            assert by_mail_alone(victim).post(SECOND, {"code": app_code(key)}).status_code == 302


def test_the_right_code_opens_nothing_after_too_many_wrong_ones_and_the_person_is_told_once(victim: User) -> None:
    key, browser = give_app(victim), by_mail_alone(victim)
    for _ in range(5):
        browser.post(SECOND, {"code": wrong(key)})
    for _ in range(3):
        assert browser.post(SECOND, {"code": app_code(key)}).status_code == 429
    assert not is_at_the_desk(browser)
    told = OutboxMessage.objects.filter(recipient=victim.email, subject="二段階目のコードが何度も違っていました")
    assert told.count() == 1
    with clock.at(clock.later(minutes=11)):
        assert give_app_code(by_mail_alone(victim), key).status_code == 302


def test_another_browser_has_no_tries_of_its_own(victim: User) -> None:
    key = give_app(victim)
    browsers = [by_mail_alone(victim) for _ in range(3)]
    statuses = [browser.post(SECOND, {"code": wrong(key)}).status_code for _ in range(2) for browser in browsers]
    assert statuses == [422] * 5 + [429]


def test_without_counting_guessing_would_never_end(victim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    key, browser = give_app(victim), by_mail_alone(victim)
    monkeypatch.setattr(give_second_factor, "allow", lambda **_: True)
    assert {browser.post(SECOND, {"code": wrong(key)}).status_code for _ in range(20)} == {422}


def tidied(answer: Any) -> tuple[int, str]:
    return answer.status_code, re.sub(r'value="[A-Za-z0-9]{64}"|\d{6,8}', "", answer.content.decode())


def test_wrong_used_and_long_past_codes_are_answered_alike(victim: User) -> None:
    key = give_app(victim)
    give_app_code(by_mail_alone(victim), key)
    browser = by_mail_alone(victim)
    tried = (wrong(key), app_code(key), app_code(key, clock.later(seconds=-300)), "12345678")
    answers = {tidied(browser.post(SECOND, {"code": code})) for code in tried}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 422


@pytest.mark.parametrize("code", ["", " ", "\x00", "1e5", "-1", "٠" * 6, "null", "[]", "%", "' OR 1=1 --", "0" * 40])
def test_what_is_no_code_is_no_key(victim: User, code: str) -> None:
    give_app(victim)
    browser = by_mail_alone(victim)
    assert browser.post(SECOND, {"code": code}).status_code == 422
    assert not is_at_the_desk(browser)


def test_setting_up_can_not_be_guessed_through_either(victim: User) -> None:
    browser = by_mail_alone(victim)
    key = key_on(browser)
    statuses = [browser.post(SET_UP, {"code": wrong(key)}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert not Authenticator.objects.exists()


# --- replay


def test_a_code_works_once_in_whichever_browser(victim: User) -> None:
    key = give_app(victim)
    first, second = by_mail_alone(victim), by_mail_alone(victim)
    assert [give_app_code(browser, key).status_code for browser in (first, second)] == [302, 422]
    assert (is_at_the_desk(first), is_at_the_desk(second)) == (True, False)


def test_an_older_code_is_worth_nothing_after_a_newer_one(victim: User) -> None:
    key = give_app(victim)
    assert by_mail_alone(victim).post(SECOND, {"code": app_code(key, clock.later(seconds=30))}).status_code == 302
    assert give_app_code(by_mail_alone(victim), key).status_code == 422


def test_without_the_note_of_the_step_a_code_that_was_looked_at_would_work_again(
    victim: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = give_app(victim)
    monkeypatch.setattr(give_second_factor, "_keep", lambda *_, **__: None)
    assert [give_app_code(by_mail_alone(victim), key).status_code for _ in range(2)] == [302, 302]


def test_the_code_that_proved_the_key_does_not_sign_in(victim: User) -> None:
    browser = by_mail_alone(victim)
    code = app_code(key_on(browser))
    browser.post(SET_UP, {"code": code})
    assert by_mail_alone(victim).post(SECOND, {"code": code}).status_code == 422


# --- going around the second step


def test_whoever_reads_the_mails_can_not_set_up_another_app(victim: User) -> None:
    give_app(victim)
    thief = by_mail_alone(victim)
    for answer in (thief.get(SET_UP), thief.post(SET_UP, {"code": "000000"})):
        assert answer.headers["Location"].startswith(SECOND)
    assert Authenticator.objects.filter(user=victim).count() == 1


def test_whoever_reads_the_mails_can_not_add_a_passkey_move_the_address_or_make_recovery_codes(victim: User) -> None:
    give_app(victim)
    thief = by_mail_alone(victim)
    for page, form in (
        ("/portal/security/passkey/", {"name": "x", "credential": "{}"}),
        ("/portal/security/email/", {"email": "thief@evil.example"}),
        ("/portal/security/", {"action": "remove_passkey", "one": "1"}),
        (CODES, {"action": "renew"}),
    ):
        answer = thief.post(page, form)
        assert answer.headers["Location"].startswith(SECOND), page
    assert thief.get("/portal/security/passkey/").status_code == 302
    assert list(Authenticator.objects.values_list("type", flat=True)) == ["totp"]


def test_without_asking_for_both_steps_a_passkey_of_the_thief_would_open_the_desk(
    victim: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_app(victim)
    monkeypatch.setattr(fresh, "lacks_second_factor", lambda request: False)
    passkey = SoftPasskey(victim)
    add_passkey(by_mail_alone(victim), passkey)
    thief = Client()
    sign_in_with(thief, passkey)
    assert is_at_the_desk(thief)


def test_a_passkey_without_a_verified_person_is_no_factor(victim: User) -> None:
    passkey = SoftPasskey(victim)
    browser = by_mail_alone(victim)
    assert add_passkey(browser, passkey, verified=False).status_code == 422
    assert add_passkey(browser, passkey).status_code == 302
    thief = Client()
    assert sign_in_with(thief, passkey, verified=False).headers["Location"] == "/sign-in/"
    assert not is_at_the_desk(thief)
    assert AuditEntry.objects.filter(action="passkey.refused").count() == 1


def test_without_asking_for_a_verified_person_a_found_key_would_open_the_desk(
    victim: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    passkey = SoftPasskey(victim)
    add_passkey(by_mail_alone(victim), passkey)
    begin = passkeys.auth.begin_authentication

    def begin_softly(user: Any) -> Any:
        options = begin(user)
        passkeys.auth.set_state({**passkeys.auth.get_state(), "user_verification": "discouraged"})
        return options

    monkeypatch.setattr(passkeys.auth, "begin_authentication", begin_softly)
    thief = Client()
    sign_in_with(thief, passkey, verified=False)
    assert is_at_the_desk(thief)


def test_the_passkey_of_a_colleague_signs_the_colleague_in(people: cast.Cast, victim: User) -> None:
    colleague = people.staff["insurer"]
    passkey = SoftPasskey(colleague)
    add_passkey(by_mail_alone(colleague), passkey)
    give_app(victim)
    browser = by_mail_alone(victim)
    sign_in_with(browser, passkey)
    assert User.objects.get(pk=browser.session["_auth_user_id"]) == colleague


@pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "evil.example"])
def test_nobody_is_led_elsewhere_afterwards(victim: User, wanted: str) -> None:
    key, browser = give_app(victim), by_mail_alone(victim)
    assert browser.post(SECOND, {"code": app_code(key), "next": wanted}).headers["Location"] == "/desk/"


# --- sessions


def test_the_second_step_of_one_person_is_none_of_the_next_at_the_same_browser(people: cast.Cast, victim: User) -> None:
    browser = by_mail_alone(victim)
    set_up(browser)
    assert is_at_the_desk(browser)
    other = people.staff["insurer"]
    give_app(other)
    browser.post("/sign-out/")
    sign_in(browser, other.email)
    assert not is_at_the_desk(browser)
    session = browser.session
    session[staff_door.SECOND_FACTOR] = {"user": victim.pk, "by": "app", "at": clock.now().isoformat()}
    session.save()
    assert not is_at_the_desk(browser)  # even if it had stayed there


def test_an_id_that_was_planted_before_the_second_step_opens_nothing_after_it(victim: User) -> None:
    key, browser = give_app(victim), by_mail_alone(victim)
    planted = browser.cookies["sessionid"].value
    give_app_code(browser, key)
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/desk/").headers["Location"].startswith("/sign-in/?next=")
    assert not Session.objects.filter(pk=planted).exists()


def test_without_a_new_id_the_planted_one_would_open_the_desk(victim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    key, browser = give_app(victim), by_mail_alone(victim)
    planted = browser.cookies["sessionid"].value
    monkeypatch.setattr(SessionStore, "cycle_key", lambda session: None)
    give_app_code(browser, key)
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert is_at_the_desk(thief)


def test_setting_up_gives_a_new_id_too(victim: User) -> None:
    browser = by_mail_alone(victim)
    before = browser.cookies["sessionid"].value
    set_up(browser)
    assert browser.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()


def test_the_key_of_another_persons_page_is_none_of_ones_own(people: cast.Cast, victim: User) -> None:
    own, other = by_mail_alone(victim), by_mail_alone(people.staff["insurer"])
    assert key_on(own) != key_on(other)
    assert own.post(SET_UP, {"code": app_code(key_on(other)), "key": key_on(other)}).status_code == 422
    assert not Authenticator.objects.exists()


def test_a_key_that_was_left_in_the_session_by_another_person_is_not_used(people: cast.Cast, victim: User) -> None:
    browser = by_mail_alone(people.staff["insurer"])
    planted, session = key_on(browser), browser.session
    kept = session["second_factor_key"]
    own = by_mail_alone(victim)
    session = own.session
    session["second_factor_key"] = kept
    session.save()
    assert key_on(own) != planted


def test_two_tabs_show_one_key_and_the_second_that_is_sent_finds_it_done(victim: User) -> None:
    browser = by_mail_alone(victim)
    assert key_on(browser) == key_on(browser)
    code = app_code(key_on(browser))
    first, second = (browser.post(SET_UP, {"code": code}) for _ in range(2))
    assert first.status_code == 302
    assert second.status_code == 422  # a new key stands there, for whoever wants another app
    assert Authenticator.objects.filter(user=victim, type="totp").count() == 1
    assert is_at_the_desk(browser)


def test_of_two_browsers_that_set_up_at_once_the_first_wins(victim: User) -> None:
    own, thief = by_mail_alone(victim), by_mail_alone(victim)
    keys = key_on(own), key_on(thief)
    assert own.post(SET_UP, {"code": app_code(keys[0])}).headers["Location"].startswith(CODES)
    assert thief.post(SET_UP, {"code": app_code(keys[1])}).headers["Location"].startswith(SECOND)
    assert not is_at_the_desk(thief)


# --- what is kept


def test_the_database_alone_gives_no_code_away(victim: User) -> None:
    browser = by_mail_alone(victim)
    key = key_on(browser)
    codes = set_up(browser)
    held = " ".join(str(one.data) for one in Authenticator.objects.all())
    held += " ".join(str(one.get_decoded()) for one in Session.objects.all())
    assert key not in held
    assert not any(code in held or code.replace(" ", "") in held for code in codes)


def test_what_was_sealed_opens_for_its_purpose_alone_and_with_an_earlier_key(settings: Settings) -> None:
    sealed = seal("KEY", purpose="totp:1")
    assert unseal(sealed, purpose="totp:1") == "KEY"
    for other in (sealed[:-4] + "AAA=", "", "x", sealed[4:]):
        with pytest.raises(Unreadable):
            unseal(other, purpose="totp:1")
    with pytest.raises(Unreadable):
        unseal(sealed, purpose="totp:2")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    with pytest.raises(Unreadable):
        unseal(sealed, purpose="totp:1")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed, purpose="totp:1") == "KEY"


def test_no_code_and_no_key_stands_in_the_log(victim: User) -> None:
    browser = by_mail_alone(victim)
    key, code = key_on(browser), app_code(key_on(browser))
    codes = set_up(browser)
    browser.post(SECOND, {"code": "000000"})
    said = " ".join(f"{entry.object_id} {entry.detail}" for entry in AuditEntry.objects.all())
    for secret in (key, code, *codes, *(one.replace(" ", "") for one in codes)):
        assert secret not in said
