"""F22: people see where they are signed in, end it there at once, and are told of a device that we had not seen before."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError

from sonae.apps.audit.models import AuditEntry
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.people.devices import device_of
from sonae.apps.people.models import SignIn
from sonae.apps.people.use_cases import end_sign_ins
from sonae.apps.people.use_cases.note_sign_in import REMEMBERED, forget_old_sign_ins
from sonae.web.portal import last_seen, security_views
from tests import cast, clock
from tests.web.door import CHROME, IPHONE, is_in, newest_mail, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def test_the_list_says_device_network_way_and_which_one_is_this(people: cast.Cast) -> None:
    signed_in(people.owner, IPHONE)
    here = signed_in(people.owner)
    signed_in(people.stranger)
    page = here.get("/portal/security/").content.decode()
    assert page.count('value="end"') == 1
    for words in ("iPhone の Safari", "Windows の Chrome", "この端末", "127.0.0.1", "メールのコード"):
        assert words in page


def test_an_ended_session_is_dead_at_once_and_this_one_lives(people: cast.Cast) -> None:
    there, here = signed_in(people.owner, IPHONE), signed_in(people.owner)
    other = SignIn.objects.get(session_key=there.session.session_key)
    key = there.cookies["sessionid"].value
    assert here.post("/portal/security/", {"action": "end", "one": other.pk}).status_code == 302
    assert (is_in(there), is_in(here)) == (False, True)
    assert not Session.objects.filter(pk=key).exists()
    assert AuditEntry.objects.filter(action="session.ended").count() == 1
    other.refresh_from_db()
    assert (other.session_key, other.ended_at) == ("", clock.now())


def test_without_deleting_its_row_the_session_would_live_on(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    there, here = signed_in(people.owner, IPHONE), signed_in(people.owner)
    other = SignIn.objects.get(session_key=there.session.session_key)
    monkeypatch.setattr(end_sign_ins, "Session", Mock())
    here.post("/portal/security/", {"action": "end", "one": other.pk})
    assert is_in(there)


def test_all_others_end_together_also_those_of_which_nothing_is_written(people: cast.Cast) -> None:
    there, here = signed_in(people.owner, IPHONE), signed_in(people.owner)
    unwritten, colleague = signed_in(people.owner), signed_in(people.colleague)
    SignIn.objects.filter(session_key=unwritten.session.session_key).delete()
    assert here.post("/portal/security/", {"action": "end_others"}).status_code == 302
    assert [is_in(one) for one in (there, unwritten, here, colleague)] == [False, False, True, True]
    assert "この端末" in here.get("/portal/security/").content.decode()  # the row has moved along with the new id


def test_without_a_changed_secret_the_unwritten_ones_would_live_on(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwritten, here = signed_in(people.owner), signed_in(people.owner)
    SignIn.objects.filter(session_key=unwritten.session.session_key).delete()
    monkeypatch.setattr("sonae.apps.parties.models.User.set_unusable_password", lambda user: None)
    here.post("/portal/security/", {"action": "end_others"})
    assert is_in(unwritten)


@pytest.mark.parametrize("one", ["", "0", "-1", "x", "9" * 19, "١", "1 OR 1=1"])
def test_a_session_that_is_not_theirs_or_not_there_answers_404(people: cast.Cast, one: str) -> None:
    assert signed_in(people.owner).post("/portal/security/", {"action": "end", "one": one}).status_code == 404


def test_nobody_ends_the_session_of_another(people: cast.Cast) -> None:
    theirs = signed_in(people.owner)
    number = SignIn.objects.get(session_key=theirs.session.session_key).pk
    for user in (people.colleague, people.stranger, people.staff["operator"]):
        assert signed_in(user).post("/portal/security/", {"action": "end", "one": number}).status_code == 404
    assert is_in(theirs)


def test_without_asking_whose_it_is_anybody_would_end_it(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, thief = signed_in(people.owner), signed_in(people.stranger)
    number = SignIn.objects.get(session_key=theirs.session.session_key).pk
    end = security_views.end_sign_in
    monkeypatch.setattr(
        security_views,
        "end_sign_in",
        lambda *, user, sign_in_id, now: end(user=people.owner, sign_in_id=sign_in_id, now=now),
    )
    assert thief.post("/portal/security/", {"action": "end", "one": number}).status_code == 302
    assert not is_in(theirs)


def test_a_new_device_is_told_and_a_known_one_is_not(people: cast.Cast) -> None:
    def told() -> int:
        return OutboxMessage.objects.filter(recipient=cast.AOKI, subject__contains="新しい端末").count()

    signed_in(people.owner)
    assert told() == 0  # of the first of all nothing is new
    signed_in(people.owner, CHROME.replace("143", "144"))
    assert told() == 0  # the same browser, updated
    signed_in(people.owner, IPHONE)
    assert told() == 1
    assert "iPhone の Safari" in newest_mail(cast.AOKI).body
    signed_in(people.owner, IPHONE)
    assert told() == 1


def test_signing_out_takes_the_session_off_the_list(people: cast.Cast) -> None:
    there, here = signed_in(people.owner, IPHONE), signed_in(people.owner)
    there.post("/sign-out/")
    assert "iPhone" not in here.get("/portal/security/").content.decode()


def test_when_a_browser_was_last_seen_is_noted_every_few_minutes(people: cast.Cast) -> None:
    browser = signed_in(people.owner)
    seen = []
    for minutes in (1, 4, 6, 8, 12):
        with clock.at(clock.later(minutes=minutes)):
            browser.get("/portal/security/")
        seen.append((SignIn.objects.get().last_seen_at - clock.now()).seconds // 60)
    assert seen == [0, 0, 6, 6, 12]


def test_a_database_that_is_lost_after_the_answer_takes_nothing_from_it(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(people.owner)
    asked = Mock(side_effect=OperationalError)
    monkeypatch.setattr(last_seen, "note_seen", asked)
    with clock.at(clock.later(minutes=6)):
        assert browser.get("/portal/security/").status_code == 200
    assert asked.call_count == 1
    monkeypatch.undo()
    with clock.at(clock.later(minutes=7)):
        browser.get("/portal/security/")
        assert SignIn.objects.get().last_seen_at == clock.now()  # what wasn't noted then is noted with the next page


def test_what_is_long_ago_is_forgotten(people: cast.Cast) -> None:
    signed_in(people.owner)
    assert forget_old_sign_ins(now=clock.now() + REMEMBERED) == 0
    assert forget_old_sign_ins(now=clock.now() + REMEMBERED * 1.01) == 1


@pytest.mark.parametrize(
    ("user_agent", "ja", "en"),
    [
        (CHROME, "Windows の Chrome", "Chrome on Windows"),
        (IPHONE, "iPhone の Safari", "Safari on iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Linux の Firefox",
            "Firefox on Linux",
        ),
        (CHROME + " Edg/143.0", "Windows の Edge", "Edge on Windows"),
        ("curl/8", "種類のわからない端末", "A device of unknown kind"),
        ("<script>alert(1)</script>\x00", "種類のわからない端末", "A device of unknown kind"),
        ("", "種類のわからない端末", "A device of unknown kind"),
    ],
)
def test_a_device_is_said_in_words(user_agent: str, ja: str, en: str) -> None:
    device = device_of(user_agent)
    assert (device.ja, device.en) == (ja, en)
