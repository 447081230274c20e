"""The contact window (F02, F25): when it is open, what it may be asked, and a form that counts once and loses nothing."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.models import Consultation
from sonae.apps.documents.models import OutboxMessage
from sonae.domain.calendar import JAPAN
from tests import cast, clock
from tests.domain.versions import product
from tests.web.contact_window import CALLBACK, QUESTION, Asker, received_page

pytestmark = pytest.mark.django_db
BREAK = "青木\r\nBcc: everybody@sample.example"


def shown(address: str, at: datetime | None = None) -> str:
    with clock.at(at or clock.now()):
        answer = Client().get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=JAPAN)


# --- The window -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "japanese", "english"),
    [
        ("2026-11-24 10:00", "いま受付中です（午後5時まで）", "Open now (until 17:00 JST)"),
        ("2026-11-27 16:59", "いま受付中です（午後5時まで）", "Open now (until 17:00 JST)"),
        (
            "2026-11-26 17:00",
            "いまは受付時間外です。次は11月27日（金）午前9時から",
            "Closed now. Opens Friday 27 November at 9:00 JST",
        ),
        ("2026-11-27 08:59", "いまは受付時間外です。今日は午前9時から", "Closed now. Opens today at 9:00 JST"),
        (
            "2026-12-29 10:00",
            "いまは受付時間外です。次は1月4日（月）午前9時から",
            "Closed now. Opens Monday 4 January at 9:00 JST",
        ),
    ],
)
@pytest.mark.parametrize("page", ["/consultation/", "/outside/"])
def test_the_page_says_whether_somebody_answers_now(
    programme: object, page: str, at: str, japanese: str, english: str
) -> None:
    for address, said in ((page, japanese), (f"/en{page}", english)):
        assert said in re.sub(r"<[^>]+>", "", shown(address, moment(at)))


def test_the_sentence_is_drawn_afresh_for_every_request(programme: object) -> None:
    assert "いま受付中です" in shown("/consultation/", moment("2026-11-27 16:59"))
    assert "いまは受付時間外です" in shown("/consultation/", moment("2026-11-27 17:00"))


def test_it_is_not_said_of_a_telephone_that_is_not_the_windows(programme: object) -> None:
    assert "call-number" in shown("/design/")
    assert 'class="window-now' not in shown("/design/")  # whose boxes show numbers of their own
    assert shown("/outside/").count('class="window-now') == 1


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_what_it_may_be_asked_and_what_not_is_the_products(programme: object, prefix: str) -> None:
    language, texts = prefix.strip("/") or "ja", product().consultation
    html = shown(f"{prefix}/consultation/")
    said = [
        texts.purpose,
        *texts.at_hand,
        *texts.may_ask,
        *(t for one in texts.not_here for t in (one.what, one.instead)),
    ]
    assert [text for text in said if text.in_language(language) not in html] == []
    assert 'href="tel:0120008588"' in html
    assert product().wording_document("privacy").sections[0].heading.in_language(language) in html


def test_before_anything_is_published_the_page_stands(client: Client) -> None:
    assert "ただいま準備中です" in client.get("/consultation/").content.decode()
    assert "ただいま準備中です" in client.post("/consultation/", QUESTION).content.decode()
    assert not Consultation.objects.exists()


# --- The form -------------------------------------------------------------------------------------------------------


def test_a_question_is_kept_and_its_page_says_number_and_when_to_expect_an_answer(programme: object) -> None:
    asker = Asker()
    html = unescape(asker.page_of(asker.ask()))
    found = Consultation.objects.get()
    assert (found.kind, found.message, found.language) == (
        "question",
        "いつから加入できますか。\n\n弥生PAP会員です。",
        "ja",
    )
    for said in (found.number, "11月25日（水）午後5時", "青木 花子", "弥生PAP会員です。", "aoki@sample.example"):
        assert said in html
    assert "同意を取り消す" not in html
    assert OutboxMessage.objects.get().recipient == "aoki@sample.example"


def test_a_call_is_asked_for_with_a_number_and_a_time(programme: object) -> None:
    asker = Asker()
    html = asker.page_of(asker.ask(**CALLBACK, preferred_time="afternoon"))
    found = Consultation.objects.get()
    assert (found.kind, found.telephone, found.preferred_time) == ("callback", "03-1234-5678", "afternoon")
    assert "正午から午後5時まで" in html
    assert "ご希望の時間帯にお電話する予定です" in html


def test_in_english_page_and_mail_are_english(programme: object) -> None:
    asker = Asker(prefix="/en")
    html = asker.page_of(asker.ask())
    assert "by <time" in html
    assert "17:00 JST on Wednesday 25 November" in html
    assert "Reference number:" in OutboxMessage.objects.get().body


def test_what_comes_in_at_night_is_answered_a_day_after_it_is_seen(programme: object) -> None:
    with clock.at(moment("2026-11-27 17:00")):
        asker = Asker()
        assert "12月1日（火）午後5時" in asker.page_of(asker.ask())


MISSING = {
    "nothing at all": ({"kind": "", "name": "", "email": "", "message": ""}, ["id_kind", "id_name", "id_email"]),
    "a question without words": ({"message": "   "}, ["id_message"]),
    "a call without a number": ({**CALLBACK, "telephone": ""}, ["id_telephone"]),
    "a number that is none": ({"telephone": "12"}, ["id_telephone"]),
    "no address": ({"email": "aoki"}, ["id_email"]),
    "kanji for the reading": ({"kana": "青木"}, ["id_kana"]),
    "a kind that is for others": ({"kind": "referral"}, ["id_kind"]),
    "another time of day": ({"preferred_time": "midnight"}, ["id_preferred_time"]),
    "too many letters": ({"message": "あ" * 2_001}, ["id_message"]),
    "a name of blanks": ({"name": "\u3000\u200b "}, ["id_name"]),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_is_wrong_is_said_beside_the_field_and_above_and_everything_is_kept(programme: object, case: str) -> None:
    changed, fields = MISSING[case]
    answer = Asker().ask(firm="青木工務店", **changed)
    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert re.findall(r'<a href="#(\w+?)(?:_0)?">', html[html.index("data-error-summary") :]) == fields
    for name in fields:
        assert f'id="{name}_error"' in html
    assert 'value="青木工務店"' in html
    assert not Consultation.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_exactly_as_many_letters_as_are_allowed_are_taken(programme: object) -> None:
    assert Asker().ask(message="あ" * 2_000).status_code == 302


# --- Once -----------------------------------------------------------------------------------------------------------


def test_a_form_that_is_sent_twice_counts_once_and_says_so(programme: object) -> None:
    asker = Asker()
    form = asker.form("/consultation/")
    first, second = (form.send(asker.browser, **QUESTION) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (Consultation.objects.count(), OutboxMessage.objects.count()) == (1, 1)
    assert "すでに受け付けています" in asker.page_of(second)


def test_a_changed_text_in_a_form_that_was_sent_is_not_passed_over_in_silence(programme: object) -> None:
    asker = Asker()
    form = asker.form("/consultation/")
    form.send(asker.browser, **QUESTION)
    html = asker.page_of(form.send(asker.browser, **QUESTION | {"message": "変えた文章"}))
    assert "もう一度送られたものは記録していません" in html
    assert "変えた文章" not in html


def test_every_opened_form_is_another_one_and_no_cache_keeps_it(programme: object) -> None:
    asker = Asker()
    assert asker.browser.get("/consultation/").headers["Cache-Control"] == "no-store"
    assert asker.ask().headers["Location"] != asker.ask().headers["Location"]
    assert Consultation.objects.count() == 2


def test_after_an_error_the_same_form_is_sent_again(programme: object) -> None:
    asker = Asker()
    form = asker.form("/consultation/")
    refused = form.send(asker.browser, **QUESTION | {"name": ""}).content.decode()
    assert f'value="{form.controls["form_key"]}"' in refused
    assert form.send(asker.browser, **QUESTION).status_code == 302


@pytest.mark.parametrize("key", ["", "short", "é" * 32, "a" * 44, "a" * 50_000, "<b>" * 12])
def test_a_key_that_no_form_of_ours_has_is_replaced_and_nothing_is_lost(programme: object, key: str) -> None:
    asker = Asker()
    answer = asker.ask(form_key=key)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "もう一度送ってください" in html
    assert "弥生PAP会員です。" in html
    fresh = re.search(r'name="form_key" value="([\w-]{32})"', html)
    assert fresh
    assert asker.ask(form_key=fresh[1]).status_code == 302


# --- Who may see it, and what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["question", "callback", "referral"])
def test_the_page_is_for_whoever_holds_its_address_and_is_kept_and_found_nowhere(programme: object, kind: str) -> None:
    address = received_page(kind)
    for page in (address, f"/en{address}"):
        answer = Client().get(page)
        assert answer.status_code == 200
        assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
        assert '<meta name="robots" content="noindex">' in answer.content.decode()
    number = Consultation.objects.get().number
    for wrong in (number, "A" * 43, address.split("/")[2][:-1], "%00", "x" * 500):
        assert Client().get(f"/consultation/{wrong}/").status_code == 404
        assert Client().post(f"/consultation/{wrong}/withdraw/").status_code == 404


def test_machines_that_fill_in_everything_are_refused_and_people_are_told_why(programme: object) -> None:
    answer = Asker().ask(website="https://evil.example")
    assert answer.status_code == 422
    assert "空けてから送ってください" in answer.content.decode()
    assert not Consultation.objects.exists()


def test_a_foreign_page_can_send_nothing(programme: object) -> None:
    strict = Client(enforce_csrf_checks=True)
    for address in ("/consultation/", "/outside/", f"{received_page('referral')}withdraw/"):
        assert strict.post(address, QUESTION).status_code == 403


def test_one_caller_is_heard_so_often_an_hour(programme: object, settings: Settings) -> None:
    settings.SONAE_CONSULTATIONS_AN_HOUR = 2
    answers = [Asker().ask(email=f"a{n}@sample.example") for n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert Consultation.objects.count() == 2
    with clock.at(clock.later(hours=1)):
        assert Asker().ask().status_code == 302


def test_nobodys_box_is_filled_through_us(programme: object) -> None:
    """Many senders, one address: five mails an hour."""
    answers = [
        Asker(Client(REMOTE_ADDR=f"192.0.2.{n}")).ask(
            email="Victim@sample.example" if n % 2 else "victim@sample.example"
        )
        for n in range(7)
    ]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
    assert OutboxMessage.objects.count() == 5


def test_errors_count_for_nothing(programme: object, settings: Settings) -> None:
    settings.SONAE_CONSULTATIONS_AN_HOUR = 1
    assert [Asker().ask(name="").status_code for _ in range(3)] == [422] * 3
    assert Asker().ask().status_code == 302


@pytest.mark.parametrize("field", ["name", "firm", "member_number", "message"])
def test_no_line_break_that_is_typed_becomes_a_header(programme: object, field: str) -> None:
    assert Asker().ask(**{field: BREAK[:20] if field == "member_number" else BREAK}).status_code == 302
    mail = OutboxMessage.objects.get()
    message = EmailMessage(mail.subject, mail.body, to=[mail.recipient]).message()
    assert set(message.keys()) == {
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID",
    }  # fmt: skip
    assert "Bcc" not in mail.subject + mail.body
    if field != "message":
        assert "\n" not in getattr(Consultation.objects.get(), field)


def test_an_address_with_a_line_break_is_none(programme: object) -> None:
    assert Asker().ask(email="aoki@sample.example\nBcc: x@sample.example").status_code == 422


@pytest.mark.parametrize("typed", ['"><svg/onload=alert(1)>', "{{ 7*7 }}", "'; DROP TABLE contact_consultation; --"])
def test_what_is_typed_is_text_on_its_page(programme: object, typed: str) -> None:
    asker = Asker()
    html = asker.page_of(asker.ask(name=typed, firm=typed, message=typed))
    assert "<svg/onload" not in html
    assert unescape(html).count(typed) >= 3
    assert Consultation.objects.count() == 1


def test_the_audit_log_says_who_sent_it(programme: object) -> None:
    people = cast.call_in()
    browser = Client()
    browser.force_login(people.owner)
    Asker(browser).ask()
    entry = AuditEntry.objects.filter(action="consultation.received").get()
    assert (entry.actor, entry.object_id) == (f"user:{people.owner.pk}", Consultation.objects.get().number)


def test_what_was_sent_can_not_be_taken_for_another_kind(programme: object) -> None:
    """A question has no consent, so there is nothing to withdraw and no such page."""
    address = received_page("question")
    answers: list[Any] = [Client().get(f"{address}withdraw/"), Client().post(f"{address}withdraw/")]
    assert [answer.status_code for answer in answers] == [404, 404]
