"""The contact window's desk (F20, F25; law rows 1, 4, 6): lists, calls, answers, hand-over, and soliciting by registration."""

from __future__ import annotations

from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact import standings
from sonae.apps.contact.models import Consultation, ConsultationEvent
from sonae.apps.documents.models import OutboxMessage
from sonae.domain.calendar import JAPAN
from sonae.domain.consultation import Outcome
from tests import cast, clock
from tests.apps.contact.desk import CALLBACK, ask, clerk, contact, ring, slot, solicitor, standing
from tests.apps.contact.questions import REFERRAL, send_in
from tests.domain.versions import product
from tests.web.cover_pages import confirm, fields_of, preview
from tests.web.holdings import browser_of, words_in, words_of

pytestmark = pytest.mark.django_db
LIST, CALL = "/desk/consultations/", "/desk/consultations/call/"
SOLICITING = {"needs": "漏えいに備えたい", "plan": "P100", "said": "賠償が1億円で足りる", "channel": "telephone"}


@pytest.fixture
def window(programme: object) -> Client:
    """A clerk at the desk, without a registration."""
    cast.call_in()
    return browser_of(clerk())


def page_of(found: Consultation, act: str = "") -> str:
    return f"{LIST}{found.number}/{act}"


def send(browser: Client, address: str, **given: str) -> Any:
    """The form as it stands, with what is given."""
    return browser.post(address, {**fields_of(browser.get(address).content.decode()), **given})


def kinds(found: Consultation) -> list[str]:
    return list(found.events.order_by("seq").values_list("kind", flat=True))


# --- The list -------------------------------------------------------------------------------------------------------


def test_the_list_is_by_due_time_and_says_what_is_late_and_whose_it_is(window: Client) -> None:
    late, soon = ask(now=datetime(2026, 11, 18, 10, tzinfo=JAPAN)), ask()
    words = words_of(window, LIST)
    assert words.index(late.number) < words.index(soon.number)
    assert "11月19日（木） 17:00" in words
    assert "期限を過ぎています" in words
    assert "返事待ち" in words
    assert "担当なし" in words
    window.post(page_of(soon, "take/"), {"form_key": "k" * 32})
    assert soon.number in words_of(window, f"{LIST}?mine=1")
    assert late.number not in words_of(window, f"{LIST}?mine=1")
    assert late.number in words_of(window, f"{LIST}?state=late")
    assert soon.number not in words_of(window, f"{LIST}?state=late")


def test_the_list_is_narrowed_by_kind_and_odd_filters_are_none(window: Client) -> None:
    question, call = ask(), ring(cast.enter_staff("operator", "supervisor"))
    assert question.number not in words_of(window, f"{LIST}?kind=call")
    assert call.number in words_of(window, f"{LIST}?kind=call")
    for odd in ("?kind=x&state=y&after=~", "?kind=%00", "?after=" + "9" * 500, "?state=closed&after=x"):
        assert window.get(f"{LIST}{odd}").status_code == 200
    assert "完了した相談はまだありません" in words_of(window, f"{LIST}?state=closed")


# --- One consultation -----------------------------------------------------------------------------------------------


def test_where_thousands_wait_the_oldest_are_sorted_and_the_list_says_so(
    window: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert standings.OPEN_AT_MOST == 300
    monkeypatch.setattr(standings, "OPEN_AT_MOST", 2)
    first, second = ask(), ask()
    assert "件までを並べています" not in words_of(window, LIST)
    third = ask(now=clock.later(seconds=1))
    page = words_of(window, LIST)
    assert "受け付けの古い順に2件までを並べています" in page
    assert "the oldest 2 are sorted here" in words_of(window, f"/en{LIST}")
    assert [one.number in page for one in (first, second, third)] == [True, True, False]


def test_the_page_says_what_was_asked_by_whom_what_was_shown_and_what_happened(window: Client) -> None:
    found, _ = send_in(REFERRAL, telephone="03-1234-0017", message="<b>医院</b>でも入れますか。")
    contact(found, cast.enter_staff("operator", "supervisor"), text="{{ 7*7 }} とのこと", outcome=Outcome.PASSED_ON)
    html = window.get(page_of(found)).content.decode()
    words = unescape(words_of(window, page_of(found)))
    for said in (
        "井上医院",
        "120,000,000円",
        "<b>医院</b>でも入れますか。",
        "{{ 7*7 }} とのこと",
        "電話で話した",
        "代理店・保険会社へつないだ",
    ):
        assert said in words
    assert "<b>医院</b>" not in html
    assert found.shown["purpose"] in words
    assert "同意した日時" in words
    assert 'href="/desk/members/10000017/"' in html
    assert "電話番号が一致" in words
    assert AuditEntry.objects.filter(action="consultation.opened", object_id=found.number).exists()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_stands_in_both_languages(window: Client, prefix: str) -> None:
    found = ask(**CALLBACK)
    boss = browser_of(cast.enter_staff("operator", "solicitor", "supervisor"))
    for act in ("", "record/", "answer/", "hand-over/", "solicit/", "link/", "reopen/"):
        assert boss.get(f"{prefix}{page_of(found, act)}").status_code == 200
    for page in (LIST, CALL, f"{CALL}?caller=0312340017", "/desk/call-backs/?day=2026-11-25"):
        assert boss.get(f"{prefix}{page}").status_code == 200


@pytest.mark.parametrize("number", ["S2026-999999-0", "x", "%00", "9" * 300])
def test_a_number_that_nobody_has_is_not_there_and_leaves_a_line(window: Client, number: str) -> None:
    for act in ("", "record/", "answer/"):
        assert window.get(f"{LIST}{number}/{act}").status_code == 404
    assert AuditEntry.objects.filter(action="access.refused", object_kind="consultation").exists()


def test_clocks_are_shown_with_due_and_time_taken_within_the_hours(window: Client) -> None:
    found = ask(
        now=datetime(2026, 11, 20, 16, tzinfo=JAPAN)
    )  # Friday; Monday is a holiday; the tests stand on Tuesday, 10:00
    words = words_of(window, page_of(found))
    assert "期限 11月24日（火） 17:00" in words
    assert "受付時間で 2時間0分" in words
    contact(found, cast.enter_staff("operator", "supervisor"), occurred_at=datetime(2026, 11, 20, 16, 40, tzinfo=JAPAN))
    words = words_of(window, page_of(found))
    assert "返事済み" in words
    assert "受付時間で 40分" in words
    assert "記録：2026年11月24日" in words


# --- A call coming in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("caller", ["0312340017", "03-1234-0017", "%2B81312340017"])
def test_a_telephone_system_opens_the_page_with_the_member_behind_the_number(window: Client, caller: str) -> None:
    html = window.get(f"{CALL}?caller={caller}").content.decode()
    form = fields_of(html)
    assert "青木工務店" in html
    assert (form["firm"], form["member_number"]) == ("青木工務店", "10000017")
    assert AuditEntry.objects.filter(action="member.recognised", object_id="10000017").count() == 1


def test_an_unknown_or_odd_number_is_none_of_ours(window: Client) -> None:
    assert "この番号の会員はいません" in words_of(window, f"{CALL}?caller=0399999999")
    for odd in ("x" * 5_000, "%00", "'; DROP TABLE parties_member; --", "<script>"):
        answer = window.get(CALL, {"caller": odd})
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode().split("<main")[1]
    assert not AuditEntry.objects.filter(action="member.recognised").exists()


def test_a_call_is_recorded_once_with_what_was_said_and_what_comes_next(window: Client) -> None:
    given = fields_of(window.get(f"{CALL}?caller=0312340017").content.decode()) | {
        "name": "青木 花子", "message": "申込みの手続き", "said": "画面の使いかたをお伝えした", "follow_up_on": "2026-12-01",
    }  # fmt: skip
    first, again = (window.post(CALL, given) for _ in range(2))
    found = Consultation.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == page_of(found)
    assert (found.kind, found.telephone, found.message) == ("call", "03-1234-0017", "申込みの手続き")
    assert kinds(found) == ["called", "taken", "follow_up_set"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"message": " "}, "message"),
        ({"telephone": "12"}, "telephone"),
        ({"kana": "漢字"}, "kana"),
        ({"follow_up_on": "2026-11-23"}, "follow_up_on"),
        ({"follow_up_on": "soon"}, "follow_up_on"),
        ({"rang_at": "2026-11-24 10:01"}, "rang_at"),
        ({"follow_up_on": "2026-12-01", "outcome": "answered"}, "outcome"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_and_nothing_is_lost(
    window: Client, given: dict[str, str], field: str
) -> None:
    answer = send(window, CALL, **{"message": "申込み", "said": "案内した", **given})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert "案内した" in answer.content.decode()
    assert not Consultation.objects.exists()


# --- Contacts, mails, closing ---------------------------------------------------------------------------------------


def test_a_contact_is_recorded_with_its_time_and_closes_in_the_same_step(window: Client) -> None:
    found = ask(now=datetime(2026, 11, 24, 9, tzinfo=JAPAN))
    given = {
        "kind": "called",
        "channel": "telephone",
        "text": "お話しした",
        "occurred_at": "2026-11-24 09:30",
        "outcome": "answered",
    }
    assert send(window, page_of(found, "record/"), **given).status_code == 302
    assert standing(found).first_response.answered_at == datetime(2026, 11, 24, 9, 30, tzinfo=JAPAN)
    assert "お答えした" in words_of(window, page_of(found))
    assert "再開する" in words_of(window, page_of(found))


def test_the_promised_day_stands_in_the_form_so_that_leaving_it_keeps_it(window: Client) -> None:
    found = ask()
    send(
        window, page_of(found, "record/"), kind="not_reached", channel="telephone", text="x", follow_up_on="2026-12-01"
    )
    assert fields_of(window.get(page_of(found, "record/")).content.decode())["follow_up_on"] == "2026-12-01"
    send(window, page_of(found, "record/"), kind="called", channel="telephone", text="y")
    assert standing(found).promised_on == date(2026, 12, 1)


def test_an_answer_is_seen_before_it_goes_and_sent_once_as_it_was_seen(window: Client) -> None:
    found, address = ask(), ""
    address = page_of(found, "answer/")
    seen = preview(window, address, text="毎月1日から加入できます。\n\nご検討ください。", outcome="answered")
    assert "毎月1日から加入できます。" in words_in(seen)
    assert not OutboxMessage.objects.filter(key__startswith="answer:").exists()
    for _ in range(2):
        assert confirm(window, address, seen).headers["Location"] == page_of(found)
    mail = OutboxMessage.objects.get(key__startswith="answer:")
    assert "毎月1日から加入できます。\n\nご検討ください。" in mail.body
    assert kinds(found) == ["answered", "closed"]
    assert "送信待ち" in words_of(window, page_of(found))


def test_a_preview_that_is_edited_keeps_what_was_written(window: Client) -> None:
    address = page_of(ask(), "answer/")
    seen = preview(window, address, text="一行目\n二行目")
    edited = window.post(address, {**fields_of(seen.content.decode()), "action": "edit"}).content.decode()
    assert "一行目\n二行目</textarea>" in edited


def test_who_left_no_address_gets_no_page_for_a_mail(window: Client) -> None:
    found = ring(cast.enter_staff("operator", "solicitor"))
    assert window.get(page_of(found, "answer/")).status_code == 404
    assert "メールで返事する" not in words_of(window, page_of(found))


def test_reopening_takes_a_reason_and_keeps_what_was_measured(window: Client) -> None:
    found = ask()
    contact(found, cast.enter_staff("operator", "supervisor"), outcome=Outcome.ANSWERED)
    measured = standing(found).first_response
    assert send(window, page_of(found, "reopen/"), reason=" ").status_code == 422
    assert send(window, page_of(found, "reopen/"), reason="また電話があった").status_code == 302
    assert (standing(found).is_open, standing(found).first_response) == (True, measured)


# --- Soliciting -----------------------------------------------------------------------------------------------------


def test_without_a_registration_the_script_is_administrative_and_nothing_that_solicits_is_offered(
    window: Client,
) -> None:
    found = ask()
    words, html = words_of(window, page_of(found)), window.get(page_of(found)).content.decode()
    assert product().desk.administrative.title.ja in words
    assert product().desk.soliciting.title.ja not in words
    assert "登録募集人へ引き継ぐ" in words
    for address in ("solicit/", "link/"):
        assert page_of(found, address) not in html


@pytest.mark.parametrize("act", ["solicit/", "link/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_server_refuses_it_whatever_the_page_offers(window: Client, act: str, method: str) -> None:
    found = ask()
    answer = getattr(window, method)(page_of(found, act), {**SOLICITING, "form_key": "k" * 32})
    assert answer.status_code == 404
    assert kinds(found) == []
    assert AuditEntry.objects.filter(action="access.refused").count() == 1
    smuggled = send(window, page_of(found, "record/"), kind="plan_recommended", channel="telephone", text="おすすめ")
    assert smuggled.status_code == 422
    assert kinds(found) == []


def test_a_solicitor_has_the_other_script_records_and_sends_the_link(programme: object) -> None:
    browser, found = browser_of(solicitor()), ask()
    assert product().desk.soliciting.title.ja in words_of(browser, page_of(found))
    assert send(browser, page_of(found, "solicit/"), **SOLICITING).status_code == 302
    assert send(browser, page_of(found, "link/")).status_code == 302
    words = words_of(browser, page_of(found))
    for said in (
        "意向をうかがった",
        "プランをすすめた、1億円プラン、登録番号 R-0001",
        "賠償が1億円で足りる",
        "申込みのページを送った",
    ):
        assert said in words
    assert [one.registration_number for one in ConsultationEvent.objects.order_by("seq")] == ["R-0001"] * 3
    assert OutboxMessage.objects.filter(key__startswith="link:").count() == 1


@pytest.mark.parametrize("missing", ["needs", "said"])
def test_no_recommendation_without_needs_and_reason(programme: object, missing: str) -> None:
    browser, found = browser_of(solicitor()), ask()
    answer = send(browser, page_of(found, "solicit/"), **SOLICITING | {missing: "  "})
    assert answer.status_code == 422
    assert f'id="id_{missing}_error"' in answer.content.decode()
    assert kinds(found) == []


def test_from_the_day_after_the_last_one_the_page_says_so_and_the_server_refuses(programme: object) -> None:
    user, found = solicitor(last_day=date(2026, 11, 24)), ask()
    browser = browser_of(user)
    assert "募集人の登録が満了しています" not in words_of(browser, page_of(found))
    with clock.at(clock.later(days=1)):
        browser = browser_of(user)
        words = words_of(browser, page_of(found))
        assert "登録番号 R-0001 は2026年11月24日まででした" in words
        assert product().desk.administrative.title.ja in words
        for act in ("solicit/", "link/"):
            assert browser.post(page_of(found, act), {**SOLICITING, "form_key": "k" * 32}).status_code == 404
    assert kinds(found) == []


def test_handing_over_offers_those_whose_registration_holds_and_carries_the_note(window: Client) -> None:
    found, to = ask(), solicitor("to@operator.example")
    solicitor("over@operator.example", last_day=date(2026, 11, 23))
    html = window.get(page_of(found, "hand-over/")).content.decode()
    assert "to@operator.example（登録番号 R-0001）" in html
    assert "over@operator.example" not in html
    assert send(window, page_of(found, "hand-over/"), solicitor=str(to.pk), note="").status_code == 422
    assert (
        send(window, page_of(found, "hand-over/"), solicitor=str(to.pk), note="プランを相談したいとのこと").status_code
        == 302
    )
    receiver = browser_of(to)
    assert found.number in words_of(receiver, f"{LIST}?mine=1")
    assert "プランを相談したいとのこと" in words_of(receiver, page_of(found))


def test_what_is_handed_to_any_solicitor_is_in_every_solicitors_hands_until_one_takes_it(window: Client) -> None:
    found = ask()
    send(window, page_of(found, "hand-over/"), solicitor="any", note="おすすめを聞きたいとのこと")
    one, other = (browser_of(solicitor(email)) for email in ("one@operator.example", "other@operator.example"))
    assert found.number in words_of(one, f"{LIST}?mine=1")
    assert found.number in words_of(one, f"{LIST}?state=solicitor")
    assert found.number not in words_of(window, f"{LIST}?mine=1")
    one.post(page_of(found, "take/"), {"form_key": "k" * 32})
    assert found.number not in words_of(other, f"{LIST}?mine=1")


def test_an_auditor_sees_everything_and_is_offered_no_act(programme: object) -> None:
    browser, found = browser_of(cast.enter_staff("operator", "auditor")), ask()
    html = browser.get(page_of(found)).content.decode()
    for act in ("record/", "answer/", "hand-over/", "solicit/", "link/", "take/"):
        assert page_of(found, act) not in html
        assert browser.post(page_of(found, act), {"form_key": "k" * 32}).status_code == 404


# --- The calls of a day ---------------------------------------------------------------------------------------------


def test_the_day_shows_whom_to_call_in_order_and_who_was_called(window: Client) -> None:
    first = ask(slot=slot("2026-11-25T10:00"), **CALLBACK | {"name": "朝の人", "telephone": "03-1111-1111"})
    ask(slot=slot("2026-11-25T14:00"), **CALLBACK | {"name": "昼の人"})
    words = words_of(window, "/desk/call-backs/?day=2026-11-25")
    assert "予約 2件" in words
    assert words.index("朝の人") < words.index("昼の人")
    assert 'href="tel:03-1111-1111"' in window.get("/desk/call-backs/?day=2026-11-25").content.decode()
    assert "済み" not in words
    with clock.at(datetime(2026, 11, 25, 10, 5, tzinfo=JAPAN)):
        boss = cast.enter_staff("operator", "supervisor")
        contact(first, boss)
        assert "済み" in words_of(browser_of(boss), "/desk/call-backs/?day=2026-11-25")
    assert "朝の人" not in words_of(window, "/desk/call-backs/")
    for odd in ("x", "2026-02-30", "9999-12-31", "1000-01-01", "%00"):
        assert "2026年11月24日" in words_of(window, f"/desk/call-backs/?day={odd}")


def test_a_supervisor_closes_a_half_hour_with_a_reason_and_opens_it_again(window: Client) -> None:
    boss, day = browser_of(cast.enter_staff("operator", "supervisor")), "/desk/call-backs/?day=2026-11-25"
    closing = {"slot": "2026-11-25T14:00", "action": "close"}
    assert window.post(day, {**closing, "reason": "研修"}).status_code == 404
    assert "枠を閉じる" not in words_of(window, day)
    assert boss.post(day, {**closing, "reason": " "}).status_code == 422
    assert boss.post(day, {**closing, "slot": "2026-11-28T14:00", "reason": "研修"}).status_code == 422
    assert boss.post(day, {**closing, "reason": "研修"}).status_code == 302
    assert "閉じています研修" in words_of(window, day)
    assert 'value="2026-11-25T14:00"' not in Client().get("/consultation/").content.decode()
    assert boss.post(day, {**closing, "action": "open"}).status_code == 302
    assert 'value="2026-11-25T14:00"' in Client().get("/consultation/").content.decode()


def test_a_day_on_which_nobody_is_there_has_no_half_hours(window: Client) -> None:
    assert "この日はお電話の予約を受け付けていません" in words_of(window, "/desk/call-backs/?day=2026-11-28")
