"""F22: a session belongs to one browser, ends when it must, and its forms are sent by nobody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import User
from sonae.web.shared.sessions import SessionStore
from tests import cast
from tests.architecture.test_access_matrix import MATRIX
from tests.web.applicant import NEEDS, Applicant
from tests.web.door import enter

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LAST_MINUTE, OVER = timedelta(hours=11, minutes=59), timedelta(hours=12, minutes=1)


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``wait(hours)``: that long after ten in the morning, by the clock that sessions go by."""

    def stand_at(after: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: MOMENT + after)

    stand_at(timedelta())
    return stand_at


def sign_in(browser: Client, email: str) -> Any:
    browser.post("/sign-in/", {"email": email})
    found = re.search(r"\d{6}", OutboxMessage.objects.filter(recipient=email).latest("id").body)
    assert found
    return browser.post("/sign-in/code/", {"code": found[0]})


def signed_in(user: User) -> Client:
    browser = Client()
    assert sign_in(browser, user.email).headers["Location"] == "/portal/"
    return browser


def is_in(browser: Client) -> bool:
    return bool(browser.get("/portal/").status_code == 200)


def id_of(browser: Client) -> str:
    return browser.cookies["sessionid"].value


def with_id(session_id: str) -> Client:
    browser = Client()
    browser.cookies["sessionid"] = session_id
    return browser


def keep_using(browser: Client) -> None:
    """Something that makes the session be saved again: what was calculated is carried along in it."""
    assert browser.get("/apply/?industry=retail&sales=800").status_code == 200


def test_a_session_ends_after_twelve_hours_however_often_it_is_saved(people: cast.Cast, wait: Any) -> None:
    browser = signed_in(people.owner)
    for hour in range(12):
        wait(timedelta(hours=hour))
        keep_using(browser)
    wait(LAST_MINUTE)
    keep_using(browser)
    assert is_in(browser)
    wait(OVER)
    assert not is_in(browser)


def test_without_the_limit_a_session_that_is_used_would_never_end(
    people: cast.Cast, wait: Any, settings: Settings
) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    browser = signed_in(people.owner)
    for days in range(1, 8):
        wait(days * timedelta(hours=11))
        keep_using(browser)
    assert is_in(browser)


def test_a_session_that_nobody_uses_ends_too(people: cast.Cast, wait: Any) -> None:
    browser = signed_in(people.owner)
    wait(OVER)
    assert not is_in(browser)
    assert browser.get("/portal/").headers["Location"] == "/sign-in/?next=/portal/"


def test_who_signs_in_again_has_twelve_hours_again(people: cast.Cast, wait: Any) -> None:
    browser = signed_in(people.owner)
    wait(LAST_MINUTE)
    browser.post("/sign-out/")
    sign_in(browser, people.owner.email)
    wait(2 * LAST_MINUTE)
    assert is_in(browser)
    wait(LAST_MINUTE + OVER)
    assert not is_in(browser)


def test_waiting_for_the_code_takes_nothing_from_the_twelve_hours(people: cast.Cast, wait: Any) -> None:
    browser = Client()
    browser.post("/sign-in/", {"email": people.owner.email})
    wait(timedelta(minutes=9))
    sign_in(browser, people.owner.email)
    wait(timedelta(minutes=9) + LAST_MINUTE)
    assert is_in(browser)


def test_what_is_over_is_forgotten_by_the_daily_round(people: cast.Cast, wait: Any) -> None:
    browser = signed_in(people.owner)
    keep_using(browser)
    SessionStore.clear_expired()
    assert Session.objects.filter(pk=id_of(browser)).exists()
    wait(OVER)
    SessionStore.clear_expired()
    assert not Session.objects.exists()


@pytest.mark.parametrize("planted", ["a" * 32, "A" * 32, "0", "é" * 32, "a" * 4_000, "../../etc/passwd", "'; --"])
def test_an_id_that_somebody_made_up_is_never_taken_over(people: cast.Cast, planted: str) -> None:
    victim = with_id(planted)
    sign_in(victim, people.owner.email)
    assert id_of(victim) != planted
    assert not is_in(with_id(planted))
    assert not Session.objects.filter(pk=planted[:40]).exists()


def plant_an_id(people: cast.Cast) -> tuple[Client, str]:
    """The browser of somebody who has signed in with an id that a thief had put there, and that id."""
    thief = Client()
    thief.post("/sign-in/", {"email": cast.VISITOR})  # a living id, made by the thief
    victim = with_id(id_of(thief))
    sign_in(victim, people.owner.email)
    assert is_in(victim)
    return victim, id_of(thief)


def test_an_id_that_was_planted_before_signing_in_opens_nothing_afterwards(people: cast.Cast) -> None:
    victim, planted = plant_an_id(people)
    assert id_of(victim) != planted
    assert not is_in(with_id(planted))


def test_without_a_new_id_at_sign_in_the_planted_one_would_open_everything(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionStore, "cycle_key", lambda session: None)
    victim, planted = plant_an_id(people)
    assert id_of(victim) == planted
    assert is_in(with_id(planted))


def test_the_id_is_dead_after_signing_out_and_nothing_stays_in_the_database(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    before = id_of(browser)
    browser.post("/sign-out/")
    assert not is_in(with_id(before))
    assert not Session.objects.filter(pk=before).exists()


def test_without_ending_it_on_the_server_the_id_would_live_on(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionStore, "delete", lambda session, key=None: None)
    browser = signed_in(people.owner)
    before = id_of(browser)
    browser.post("/sign-out/")
    assert not is_in(browser)
    assert is_in(with_id(before))


def test_two_browsers_of_one_person_stand_beside_each_other(people: cast.Cast) -> None:
    desk, telephone = signed_in(people.owner), signed_in(people.owner)
    assert id_of(desk) != id_of(telephone)
    desk.post("/sign-out/")
    assert not is_in(desk)
    assert is_in(telephone)


def test_who_is_shut_out_is_out_in_every_browser_at_the_next_request(people: cast.Cast) -> None:
    browsers = [signed_in(people.owner) for _ in range(3)]
    applicant = Applicant(people.owner, people.member)
    User.objects.filter(pk=people.owner.pk).update(is_active=False)
    assert [is_in(browser) for browser in browsers] == [False] * 3
    answer = applicant.client.post(f"{applicant.base}needs/", {"revision": "0", **NEEDS})
    assert answer.headers["Location"].startswith("/sign-in/")
    assert is_in(signed_in(people.colleague))


def test_without_asking_who_may_sign_in_the_shut_out_would_stay_in(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelBackend, "user_can_authenticate", lambda backend, user: True)
    browsers = [signed_in(people.owner) for _ in range(3)]
    User.objects.filter(pk=people.owner.pk).update(is_active=False)
    assert [is_in(browser) for browser in browsers] == [True] * 3


def test_a_changed_secret_of_the_person_ends_every_session(people: cast.Cast) -> None:
    """What a stolen session is ended with: the hash that each session carries no longer fits."""
    browsers = [signed_in(people.owner) for _ in range(2)]
    other = signed_in(people.stranger)
    people.owner.refresh_from_db()
    people.owner.set_unusable_password()
    people.owner.save()
    assert [is_in(browser) for browser in browsers] == [False, False]
    assert is_in(other)


def test_the_next_person_at_the_same_browser_finds_nothing_of_the_last(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    keep_using(browser)
    assert browser.session["calculator"]["industry"] == "retail"
    browser.post("/sign-out/")
    sign_in(browser, people.stranger.email)
    assert "calculator" not in browser.session
    page = browser.get("/portal/").content.decode()
    assert "宇野会計事務所" in page
    assert "青木工務店" not in page


def test_signing_in_and_out_are_written_down(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    browser.post("/sign-out/")
    actions = AuditEntry.objects.filter(actor=f"user:{people.owner.pk}").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["user.signed_in", "user.signed_out"]


def test_an_id_can_not_be_guessed(people: cast.Cast) -> None:
    """32 letters of 36: more than 160 bits."""
    ids = {id_of(signed_in(people.owner)) for _ in range(5)}
    assert len(ids) == 5
    assert all(re.fullmatch(r"[a-z0-9]{32}", one) for one in ids)


def test_an_id_stands_in_no_address_and_on_no_page(people: cast.Cast) -> None:
    browser = Client()
    answers = [sign_in(browser, people.owner.email)]
    answers += [browser.get(page) for page in ("/portal/", "/apply/", "/", "/premium/")]
    for answer in answers:
        assert id_of(browser) not in answer.content.decode()
        assert id_of(browser) not in answer.headers.get("Location", "")


# --- forms that somebody else sends

SENT_BY_PEOPLE = sorted(
    name
    for name, row in MATRIX.items()
    if not row.path.startswith(("/api/", "/hooks/", "/health/", "/portal/papers/", "/quotes/"))
)


def strict(user: User | None) -> Client:
    browser = Client(enforce_csrf_checks=True)
    if user is not None:
        enter(browser, user)
    return browser


def token_on(browser: Client, page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([A-Za-z0-9]{64})"', browser.get(page).content.decode())
    assert found, page
    return found[1]


@pytest.mark.parametrize("name", SENT_BY_PEOPLE)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_address_takes_a_form_without_our_token(people: cast.Cast, name: str, prefix: str) -> None:
    foreign = token_on(strict(people.stranger), "/apply/")
    for user in (None, people.owner):
        for token in ({}, {"csrfmiddlewaretoken": "a" * 64}, {"csrfmiddlewaretoken": foreign}):
            browser = strict(user)
            browser.get("/sign-in/")
            path = f"{prefix}{MATRIX[name].path}"
            answer = browser.post(path, {"member": people.member.number, "action": "next", **token})
            assert answer.status_code == 403
            assert "csrf" not in answer.content.decode().lower()
    assert not Application.objects.exists()


@pytest.fixture
def unguarded(settings: Settings) -> None:
    """Django's check of forms is taken out."""
    settings.MIDDLEWARE = [part for part in settings.MIDDLEWARE if not part.endswith(".CsrfViewMiddleware")]


def test_without_the_check_a_foreign_form_begins_an_application_and_signs_people_out(
    people: cast.Cast, unguarded: None
) -> None:
    browser = strict(people.owner)
    answer = browser.post("/apply/", {"member": people.member.number}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 302
    assert Application.objects.get().member == people.member
    assert is_in(browser)
    browser.post("/sign-out/", {}, headers={"Origin": "https://evil.example"})
    assert not is_in(browser)


@pytest.mark.parametrize("name", SENT_BY_PEOPLE)
def test_without_the_check_no_address_would_refuse_it(people: cast.Cast, unguarded: None, name: str) -> None:
    """What the test over all addresses goes by, the 403, comes from this check and from nothing else."""
    for user in (None, people.owner):
        assert strict(user).post(MATRIX[name].path, {"email": people.owner.email}).status_code != 403


@pytest.mark.parametrize("header", ["X-CSRFToken", "X-Csrf-Token"])
def test_a_token_of_somebody_else_is_no_better_in_a_header(people: cast.Cast, header: str) -> None:
    foreign = token_on(strict(people.stranger), "/apply/")
    browser = strict(people.owner)
    browser.get("/apply/")
    answer = browser.post("/apply/", {"member": people.member.number}, headers={header: foreign})
    assert answer.status_code == 403
    assert not Application.objects.exists()


def sign_in_strictly(people: cast.Cast) -> tuple[Client, dict[str, str]]:
    """A browser that has signed in, and a form with the token that it had before."""
    browser = strict(None)
    before = token_on(browser, "/sign-in/")
    browser.post("/sign-in/", {"email": people.owner.email, "csrfmiddlewaretoken": before})
    found = re.search(r"\d{6}", OutboxMessage.objects.get().body)
    assert found
    code = {"code": found[0], "csrfmiddlewaretoken": token_on(browser, "/sign-in/code/")}
    assert browser.post("/sign-in/code/", code).headers["Location"] == "/portal/"
    return browser, {"member": people.member.number, "csrfmiddlewaretoken": before}


def test_the_token_of_before_signing_in_is_worth_nothing_afterwards(people: cast.Cast) -> None:
    browser, given = sign_in_strictly(people)
    assert browser.post("/apply/", given).status_code == 403
    given["csrfmiddlewaretoken"] = token_on(browser, "/apply/")
    assert browser.post("/apply/", given).status_code == 302


def test_without_a_new_token_at_sign_in_the_old_one_would_serve(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.contrib.auth.rotate_token", lambda request: None)
    browser, given = sign_in_strictly(people)
    assert browser.post("/apply/", given).status_code == 302


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Referer": "https://evil.example/"}, {}]
)
def test_a_form_on_somebody_elses_page_is_refused_even_with_our_token(
    people: cast.Cast, headers: dict[str, str]
) -> None:
    browser = strict(people.owner)
    given = {"member": people.member.number, "csrfmiddlewaretoken": token_on(browser, "/apply/")}
    assert browser.post("/apply/", given, headers=headers, secure=True).status_code == 403
    assert not Application.objects.exists()
    ours = {"Origin": "https://testserver", "Referer": "https://testserver/apply/"}
    assert browser.post("/apply/", given, headers=ours, secure=True).status_code == 302


def test_the_cookies_are_for_our_own_pages_and_no_script_reads_them(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    browser.get("/apply/")
    assert set(browser.cookies) == {"sessionid", "csrftoken"}
    for cookie in browser.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert int(browser.cookies["sessionid"]["max-age"]) <= django_settings.SESSION_COOKIE_AGE == 12 * 60 * 60


def test_public_pages_begin_no_session(programme: object) -> None:
    for page in (
        "/",
        "/premium/?industry=retail&sales=900",
        "/outside/",
        "/robots.txt",
        "/papers/important-matters.pdf",
        "/papers/2025-12-01/claims-guide.pdf",
        "/documents/",
        "/legal/cookies/",
    ):
        assert "sessionid" not in Client().get(page).cookies
