"""Letters at the desk: written, tried out, agreed to by a second person, sent, and looked at afterwards."""

from __future__ import annotations

import pytest
from django.test import Client

from sonae.apps.audit.models import SecondLook
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.letters.models import Letter, StopEntry
from sonae.apps.letters.use_cases.write_letters import write_due_letters
from sonae.apps.parties.models import User
from tests import cast, clock
from tests.web.cover_pages import text
from tests.web.holdings import browser_of

pytestmark = pytest.mark.django_db
WRITTEN = {
    "classes": ["basic", "pap"], "cover": "all", "subject_ja": "年度のご案内", "body_ja": "[[会員名]] さま", "revision": "0",
}  # fmt: skip


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def writer(people: cast.Cast) -> User:
    return cast.enter_staff("organiser", "supervisor")


@pytest.fixture
def first(writer: User) -> Client:
    return browser_of(writer)


@pytest.fixture
def second(people: cast.Cast) -> Client:
    return browser_of(cast.enter_staff("operator", "supervisor"))


def write(browser: Client, **changed: object) -> str:
    answer = browser.post("/desk/letters/new/", {**WRITTEN, **changed})
    assert answer.status_code == 302, text(answer)
    return str(answer.headers["Location"])


def test_from_the_draft_to_what_became_of_it(
    first: Client, second: Client, writer: User, settings: pytest.FixtureRequest
) -> None:
    settings.SONAE_LETTER_ALONE = 1  # type: ignore[attr-defined]
    page = write(first)
    assert "2件に送ります" in text(first.get(page))
    first.post(page, {"action": "sample"})
    sample = OutboxMessage.objects.get()
    assert (sample.recipient, sample.subject) == (writer.email, "【見本】年度のご案内")
    answer = first.post(page, {"action": "send", "reason": "年度の案内", "revision": "1", "send_at": ""})
    look = str(answer.headers["Location"])
    assert look == f"/desk/letters/looks/{SecondLook.objects.get().pk}/"
    assert first.post(look, {"decision": "agree"}).status_code == 403
    assert "送る件数 2件" in text(second.get(look))
    assert [second.post(look, {"decision": "agree"}).status_code for _ in range(2)] == [302, 302]
    write_due_letters(now=clock.now())
    assert "作ったメール2件" in text(first.get(page))
    mails = first.get(f"{page}mails/")
    assert "aoki@sample.example" in text(mails)
    mail = OutboxMessage.objects.get(recipient=cast.AOKI)
    assert "青木工務店 さま" in text(first.get(f"{page}mails/{mail.pk}/"))


def test_a_mail_of_something_else_is_not_there(first: Client) -> None:
    page = write(first)
    first.post(page, {"action": "sample"})
    assert first.get(f"{page}mails/{OutboxMessage.objects.get().pk}/").status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"subject_ja": ""}, "入力してください"),
        ({"classes": []}, "会員種別を1つ以上"),
        ({"cover": "everything"}, "か所をご確認ください"),
        ({"body_ja": "[[住所]]"}, "という差し込みはありません"),
        ({"subject_en": "Notice"}, "件名と本文の両方"),
        ({"body_ja": "あ" * 8_001}, "か所をご確認ください"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(first: Client, changed: dict[str, object], said: str) -> None:
    answer = first.post("/desk/letters/new/", {**WRITTEN, **changed})
    assert answer.status_code == 422
    assert said in text(answer)
    assert "年度のご案内" in answer.content.decode() or "subject_ja" in changed
    assert not Letter.objects.exists()


def test_a_draft_that_somebody_else_saved_is_not_overwritten(first: Client) -> None:
    page = write(first)
    for status, revision in ((302, "1"), (409, "1"), (302, "2")):
        answer = first.post(f"{page}edit/", {**WRITTEN, "subject_ja": f"改 {revision}", "revision": revision})
        assert answer.status_code == status
    assert Letter.objects.get().revision == 3


def test_a_moment_is_written_in_japan_time(first: Client) -> None:
    page = write(first)
    given = {"action": "send", "reason": "x", "revision": "1"}
    assert first.post(page, {**given, "send_at": "あした"}).status_code == 422
    assert first.post(page, {**given, "send_at": "2026-12-01 09:00"}).status_code == 302
    sent = Letter.objects.get().send_at
    assert sent is not None
    assert sent.isoformat() == "2026-12-01T00:00:00+00:00"
    assert first.post(page, {"action": "stop", "reason": "早すぎた"}).status_code == 302
    assert "早すぎた" in text(first.get(page))
    assert first.post(page, {"action": "stop", "reason": "もう一度"}).status_code == 409


def test_addresses_are_stopped_and_let_in_again(first: Client) -> None:
    page = "/desk/letters/stop-list/"
    assert first.post(page, {"action": "stop", "address": "not an address"}).status_code == 422
    assert first.post(page, {"action": "stop", "address": "A@example.jp"}).status_code == 302
    assert "a@example.jp" in text(first.get(f"{page}?q=A@"))
    assert "a@example.jp" not in text(first.get(f"{page}?q=b"))
    for entry in (str(StopEntry.objects.get().pk), "x", "9" * 30):
        assert first.post(page, {"action": "allow", "entry": entry}).status_code == 302
    assert not StopEntry.objects.filter(ended_at=None).exists()


def test_a_clerk_reads_and_sends_nothing(people: cast.Cast, first: Client) -> None:
    page, clerk = write(first), browser_of(people.staff["operator"])
    for address in ("/desk/letters/", page, f"{page}mails/", "/desk/letters/stop-list/"):
        assert clerk.get(address).status_code == 200
    for action in ("sample", "send", "stop"):
        assert clerk.post(page, {"action": action, "reason": "x", "revision": "1"}).status_code == 404
    assert clerk.post("/desk/letters/new/", WRITTEN).status_code == 404
    assert not OutboxMessage.objects.exists()


def test_the_list_goes_by_key(first: Client) -> None:
    for number in range(51):
        write(first, subject_ja=f"第{number}号")
    page = first.get("/desk/letters/").content.decode()
    assert "第50号" in page
    assert "第0号" not in page
    oldest_shown = sorted(Letter.objects.values_list("pk", flat=True))[1]
    assert f"?before={oldest_shown}" in page
    assert "第0号" in first.get(f"/desk/letters/?before={oldest_shown}").content.decode()
