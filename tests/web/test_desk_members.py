"""A member at a glance: what there is, by whose right, on any day as it was known on any other; and all that happened, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import CardConsent, Charge, Dispute, Payment, PaymentStep
from sonae.apps.certificates.models import Certificate
from sonae.apps.contact.models import DataRequest
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.apps.parties.models import Member
from sonae.apps.renewal.models import ParkedCertificate
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.log import Kind
from sonae.web.desk import glance_views
from sonae.web.desk.member_sources import GROUPS, SOURCES
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH, ask, give_cover, wish
from tests.web.contact_window import Asker
from tests.web.cover_pages import text
from tests.web.holdings import browser_of, give_back, give_free_cover, give_paid_cover, tell, words_of
from tests.web.money_on_file import enter_owed

pytestmark = pytest.mark.django_db
PAGE = "/desk/members/10000017/"
HISTORY = f"{PAGE}history/"
MOST_STATEMENTS = 30


@pytest.fixture(autouse=True)
def _in_march(programme: object) -> Iterator[None]:
    with clock.at(IN_MARCH):
        yield


@pytest.fixture
def people() -> cast.Cast:
    with clock.at(clock.MORNING):
        return cast.call_in()


@pytest.fixture
def certificate(people: cast.Cast) -> Certificate:
    return give_cover(people.member)


@pytest.fixture
def operator(people: cast.Cast) -> Client:
    return browser_of(people.staff["operator"])


def when(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=JAPAN)


def give_everything(people: cast.Cast, certificate: Certificate, *, times: int = 1) -> None:
    """So many of each kind of thing that the page tells of."""
    member, payment = people.member, Payment.objects.get(key=certificate.number)
    give_free_cover(member, date(2026, 12, 1))
    for turn in range(times):
        now = clock.now() - timedelta(days=turn)
        tell(member, "changed", date(2027, 3, 1) + timedelta(days=turn), name=f"青木工務店{turn}")
        Charge.objects.create(key=f"c{turn}", member=member, charge_yen=10, recorded_at=now)
        tried = Payment.objects.create(
            key=f"p{turn}", purpose=f"p{turn}", member=member, charge_yen=100, gateway="memory", state="person",
            session_id=f"s{turn}", created_at=now, changed_at=now,
        )  # fmt: skip
        PaymentStep.objects.create(payment=tried, to_state="person", cause="sweeper", occurred_at=now)
        Dispute.objects.create(payment=payment, dispute_id=f"d{turn}", dispute_yen=9, state="open", opened_at=now)
        enter_owed(payment)
        give_back(certificate, 7, refunded_at=None) if not turn else None
        CardConsent.objects.create(member=member, user=people.owner, text="x", digest="x", language="ja", given_at=now)
        Paper.objects.create(
            key=f"receipt:{turn}", kind="receipt", member=member, language="ja", file_name=f"r{turn}.pdf", facts={},
            product_version=certificate.scheme_year.product_version, issued_at=now,
        )  # fmt: skip
        OutboxMessage.objects.create(
            key=f"issued:{turn}", recipient=cast.AOKI, subject=f"加入者証を発行しました{turn}", body="本文です。", language="ja",
            created_at=now, sent_at=now,
        )  # fmt: skip
        DataRequest.objects.create(
            number=f"D{turn}", form_key=f"d{turn}", kind="correction", member=member, user=people.owner, held={"name": "x"},
            wanted={"name": "青木建設"}, language="ja", received_at=now,
        )  # fmt: skip
        Asker().ask(message=f"だれにも見せない相談{turn}")
    ParkedCertificate.objects.create(
        scheme_year=certificate.scheme_year, certificate=certificate, reason="unreadable", parked_at=clock.now()
    )
    ask(certificate, wish(Kind.CHANGE, date(2027, 4, 1), plan="P300"), user=people.owner)


def statements_of(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured.captured_queries)


def test_the_page_shows_who_with_which_cover_and_why_at_that_premium(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    give_free_cover(people.member, date(2026, 12, 1))
    shown = words_of(operator, PAGE)
    for words in (
        "青木工務店", "会員番号 10000017", "アオキコウムテン", "2025年4月1日から", "補償中", certificate.number,
        "1億円プラン", "64,940円", "2026年12月1日 16:00から", "賠償の限度額", "残り 1億円", "残り 1,000万円",
        "この保険料になる理由", "基準の保険料", "申告売上高",
        "無料補償", "カードの支払い", "VISA •••• 4242", "入金済み", "保険料の請求", "いまの補償", cast.IMAI, "管理者",
    ):  # fmt: skip
        assert words in shown, words
    assert "待っていること" not in shown


def test_everything_there_is_stands_on_it_or_one_step_away(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    give_everything(people, certificate)
    shown = words_of(operator, PAGE)
    for words in (
        "待っていること", "担当者が確認", "異議（チャージバック）", "未収の保険料", "カードに戻せない返戻保険料",
        "追加保険料の支払い待ち", "更新の計算が止まっています", "領収書", "加入者証を発行しました0", "本文です。",
        "カードの保存に同意",
        "訂正の請求", "青木建設", "だれにも見せない相談0", "青木 花子", "会員名簿の変更",
    ):  # fmt: skip
        assert words in shown, words


def test_it_asks_the_same_few_statements_however_much_there_is(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    give_everything(people, certificate)
    words_of(operator, PAGE)
    little = statements_of(operator, PAGE)
    for year in range(2):
        give_paid_cover(people.other_member, date(2025 + year, 12, 1))
    for turn in range(1, 40):
        tell(people.member, "changed", date(2026, 1, 1) + timedelta(days=turn), name=f"青木{turn}")
        Charge.objects.create(key=f"many{turn}", member=people.member, charge_yen=10, recorded_at=clock.now())
        Payment.objects.create(
            key=f"many{turn}", purpose=f"many{turn}", member=people.member, charge_yen=100, gateway="memory", state="closed",
            created_at=clock.now(), changed_at=clock.now(),
        )  # fmt: skip
        OutboxMessage.objects.create(
            key=f"acts:{turn}", recipient=cast.AOKI, subject="x", body="x", language="ja", created_at=clock.now()
        )
    much = statements_of(operator, PAGE)
    assert much == little
    assert much <= MOST_STATEMENTS
    assert statements_of(operator, f"{PAGE}?on=2027-01-15&known=2027-02-01") <= MOST_STATEMENTS
    assert statements_of(operator, HISTORY) <= MOST_STATEMENTS
    assert len(operator.get(PAGE).content) < 150_000


def test_a_day_is_shown_as_it_is_known_now_and_as_it_was_known_then(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    """In March it is recorded that sales were other from February on, and that the firm is called otherwise from May on."""
    ask(certificate, wish(Kind.CHANGE, date(2027, 2, 1), insured_name="青木設備"), user=people.owner)
    tell(people.member, "changed", date(2027, 5, 1), name="あかね建設")
    insured = "記名被保険者 青木設備"
    assert insured in words_of(operator, f"{PAGE}?on=2027-02-10")
    assert insured not in words_of(operator, f"{PAGE}?on=2027-02-10&known=2027-02-10")
    assert insured not in words_of(operator, f"{PAGE}?on=2027-01-31")
    assert "あかね建設" in words_of(operator, f"{PAGE}?on=2027-05-01").partition("経過")[0]
    assert "あかね建設" not in words_of(operator, f"{PAGE}?on=2027-04-30").partition("経過")[0]
    assert "あかね建設" not in words_of(operator, f"{PAGE}?on=2027-05-01&known=2027-03-09")


def test_what_is_recorded_later_changes_no_answer_of_an_earlier_moment(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    asked = f"{PAGE}?on=2027-03-01&known=2027-03-09"
    before = words_of(operator, asked)
    give_everything_now(people, certificate)
    assert words_of(operator, asked) == before
    assert words_of(operator, f"{HISTORY}?known=2027-03-09") == words_of(operator, f"{HISTORY}?known=2027-03-09")


def give_everything_now(people: cast.Cast, certificate: Certificate) -> None:
    """All of it recorded this morning."""
    give_everything(people, certificate)
    Certificate.objects.filter(section="free").update(issued_at=clock.now())
    payment = Payment.objects.get(key=certificate.number)
    Dispute.objects.filter(payment=payment).update(state="won", closed_at=clock.now())


def test_before_anything_was_known_there_is_nothing(certificate: Certificate, operator: Client) -> None:
    shown = words_of(operator, f"{PAGE}?on=2026-12-01&known=2026-11-01")
    assert "そのときは、まだ何も記録されていませんでした" in shown
    assert certificate.number not in shown
    assert "青木工務店" not in shown


def test_a_payment_stands_as_it_stood_then(people: cast.Cast, operator: Client) -> None:
    """Tried on 1 March, unknown until the 5th, captured then."""
    at = when(date(2027, 3, 1))
    payment = Payment.objects.create(
        key="p", purpose="p", member=people.member, charge_yen=100, gateway="memory", state="captured", session_id="p",
        created_at=at, changed_at=at, captured_at=at + timedelta(days=4),
    )  # fmt: skip
    for state, days in (("unknown", 1), ("captured", 4)):
        PaymentStep.objects.create(payment=payment, to_state=state, cause="x", occurred_at=at + timedelta(days=days))

    def money(known: str) -> str:
        return words_of(operator, f"{HISTORY}?of=money&known={known}")

    assert "手続き中" in money("2027-03-01")
    assert "確認中" in money("2027-03-03")
    assert "入金済み" in money("2027-03-05")


def test_a_clock_that_cannot_be_read_is_said_and_left_out(certificate: Certificate, operator: Client) -> None:
    for asked in ("on=tomorrow", "known=32-13-2027", "on=%00", "on=" + "9" * 200):
        answer = operator.get(f"{PAGE}?{asked}")
        assert (answer.status_code, "2027-03-03 のように" in text(answer)) == (422, True)
    assert operator.get(f"{PAGE}?on=２０２７-０３-０３").status_code == 200


def test_the_days_on_which_something_changed_can_be_gone_through_one_by_one(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    ask(certificate, wish(Kind.CHANGE, date(2027, 2, 1), insured_name="青木設備"), user=people.owner)
    page, seen = f"{PAGE}?on=2027-12-01", []
    while page:
        shown = operator.get(page).content.decode()
        seen.append(re.search(r'name="on" value="([^"]*)"', shown)[1])  # type: ignore[index]
        found = re.search(r'rel="prev" href="([^"#]+)', shown)
        page = found[1].replace("&amp;", "&") if found else ""
    # Expiry; today, when the change was recorded; the day from which it counts; the start; the recording; joining the list.
    assert seen == ["2027-12-01", "2027-03-10", "2027-02-01", "2026-12-01", "2026-11-24", "2025-04-01"]


def test_steps_stay_in_the_knowledge_of_their_day_where_that_was_chosen(
    certificate: Certificate, operator: Client
) -> None:
    shown = operator.get(f"{PAGE}?on=2027-01-15&known=2027-01-15").content.decode()
    assert f'href="{PAGE}?on=2026-12-01&amp;known=2026-12-01#time-step"' in shown
    shown = operator.get(f"{PAGE}?on=2027-01-15").content.decode()
    assert f'href="{PAGE}?on=2026-12-01#time-step"' in shown


def test_the_insurer_sees_cover_and_neither_consultations_nor_what_the_desk_settles(
    people: cast.Cast, certificate: Certificate
) -> None:
    give_everything(people, certificate)
    insurer = browser_of(people.staff["insurer"])
    for page in (PAGE, HISTORY, f"{HISTORY}?of=contact", f"{HISTORY}?of=money"):
        shown = words_of(insurer, page)
        for words in (
            "だれにも見せない相談",
            "青木 花子",
            "青木建設",
            "未収の保険料",
            "異議（チャージバック）",
            "内容を変える",
            "解約する",
        ):
            assert words not in shown, (page, words)
    assert "1億円プラン" in words_of(insurer, PAGE)
    assert "加入相談" in words_of(insurer, f"{HISTORY}?of=contact")
    assert insurer.get(f"{HISTORY}?of=requests").status_code == 404


def test_an_auditor_sees_all_of_it_and_is_offered_no_act(people: cast.Cast, certificate: Certificate) -> None:
    give_everything(people, certificate)
    auditor = browser_of(cast.enter_staff("operator", "auditor"))
    shown = words_of(auditor, PAGE)
    assert ("だれにも見せない相談0" in shown, "未収の保険料" in shown, "解約する" in shown) == (True, True, False)


def test_what_may_be_done_is_offered_for_today_alone_and_not_while_a_change_waits(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    address = f"/desk/certificates/{certificate.number}/"

    def offered(page: str) -> list[str]:
        return re.findall(rf'href="{address}(\w+)/"', operator.get(page).content.decode())

    assert offered(PAGE) == ["change", "cancel"]
    assert offered(f"{PAGE}?on=2027-03-01") == []
    ask(certificate, wish(Kind.CANCELLATION, date(2027, 4, 1)), user=people.owner)
    assert offered(PAGE) == ["reinstate", "change"]
    ask(certificate, wish(Kind.REINSTATEMENT, date(2027, 4, 1)), user=people.owner)
    assert offered(PAGE) == []


def test_the_whole_history_comes_page_by_page_each_line_once_newest_first(
    people: cast.Cast, certificate: Certificate, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_everything(people, certificate, times=12)
    whole = entries_of(operator, HISTORY)
    assert len(whole) > 90
    for size in (1, 7, 50):
        monkeypatch.setattr(glance_views, "A_PAGE", size)
        assert entries_of(operator, HISTORY) == whole
    for group in GROUPS:
        assert set(entries_of(operator, f"{HISTORY}?of={group}")) <= set(whole)
    assert sum(len(entries_of(operator, f"{HISTORY}?of={group}")) for group in GROUPS) == len(whole)


def entries_of(browser: Client, page: str) -> list[str]:
    """Every line of every page, from the first to the last."""
    lines: list[str] = []
    while page:
        shown = browser.get(page).content.decode()
        history = shown[shown.index('<ol class="chronology') :] if '<ol class="chronology' in shown else ""
        lines += re.findall(r"<li class=.*?</li>", history.partition("</ol>")[0], re.DOTALL)
        found = re.search(r'rel="next" href="([^"]+)"', shown)
        page = f"{HISTORY}{found[1].replace('&amp;', '&')}" if found else ""
    return lines


def test_every_kind_of_thing_that_happens_has_its_words(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    give_everything(people, certificate)
    assert {source.group for source in SOURCES.values()} == set(GROUPS)
    for group in GROUPS:
        assert "ありません。" not in words_of(operator, f"{HISTORY}?of={group}"), group


@pytest.mark.parametrize(
    "after",
    [
        "", "x", "~~", "2027-01-01~act~1", "2027-01-01T00:00:00+09:00~policy~1", "2027-01-01T00:00:00+09:00~act~-1",
        "2027-01-01T00:00:00+09:00~act~" + "9" * 30, "%00", "2027-01-01T00:00:00+09:00~act~１",
    ],
)  # fmt: skip
def test_a_page_that_begins_nowhere_begins_at_the_newest(
    certificate: Certificate, operator: Client, after: str
) -> None:
    assert words_of(operator, f"{HISTORY}?after={after}") == words_of(operator, HISTORY)


def test_both_dates_are_given_where_they_differ(people: cast.Cast, certificate: Certificate, operator: Client) -> None:
    ask(certificate, wish(Kind.CHANGE, date(2027, 2, 1), insured_name="青木設備"), user=people.owner)
    shown = words_of(operator, f"{HISTORY}?of=cover").replace(" ", "")
    assert "2027年2月1日記録2027年3月10日契約内容の変更" in shown


def test_an_act_that_was_undone_says_so_from_then_on(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    ask(certificate, wish(Kind.CHANGE, date(2027, 2, 1), insured_name="青木設備"), user=people.owner)
    with clock.at(clock.later(days=2)):
        operator = browser_of(people.staff["operator"])
        ask(certificate, wish(Kind.REVERSAL, date(2027, 2, 1), target=2), user=people.owner)
        assert "取消し済み" in words_of(operator, f"{HISTORY}?of=cover")
        assert "取消し済み" not in words_of(operator, f"{HISTORY}?of=cover&known=2027-03-11")


def test_somebody_who_left_and_came_back_in_another_class_is_of_it_since_then(
    people: cast.Cast, operator: Client
) -> None:
    tell(people.member, "left", date(2026, 6, 1))
    tell(people.member, "joined", date(2026, 9, 1), member_class="pap")
    tell(people.member, "changed", date(2026, 10, 1), name="青木会計")
    assert "（2026年9月1日から）" in words_of(operator, PAGE)
    assert "退会" in words_of(operator, f"{PAGE}?on=2026-07-01").partition("経過")[0]
    assert "会員ではない" in words_of(operator, f"{PAGE}?on=2025-01-01")


def test_what_is_not_there_answers_404_and_is_noted(operator: Client) -> None:
    for number in ("99999999", "%00", "9" * 99):
        for page in ("", "history/"):
            assert operator.get(f"/desk/members/{number}/{page}").status_code == 404
    assert operator.get(f"{HISTORY}?of=secrets").status_code == 404
    assert AuditEntry.objects.filter(action="access.refused", object_kind="member").count() == 7


def test_a_member_of_whom_nothing_is_known_has_a_page(operator: Client) -> None:
    Member.objects.create(number="70000001", created_at=clock.now())
    shown = words_of(operator, "/desk/members/70000001/")
    assert ("70000001" in shown, "この日の補償はありません" in shown) == (True, True)


def test_consultations_of_others_are_not_shown(people: cast.Cast, certificate: Certificate, operator: Client) -> None:
    Asker().ask(email="uno@other.example", message="宇野の相談")
    Asker().ask(email="nobody@nowhere.example", message="番号を書いた相談", member_number="10000017")
    shown = words_of(operator, PAGE)
    assert ("宇野の相談" in shown, "番号を書いた相談" in shown) == (False, True)


def test_the_search_in_the_bar_is_empty_on_every_other_page(certificate: Certificate, operator: Client) -> None:
    page = operator.get(f"/desk/certificates/{certificate.number}/?on=2027-03-05&known=2027-03-05").content.decode()
    (field,) = re.findall(r'<input type="search" id="member-search"[^>]*>', page)
    assert 'value=""' in field
