"""The desk's pages of members and certificates: who may, what is found, and that each act is seen before it is recorded, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sonae.apps.audit.models import AuditEntry
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.certificates.use_cases.close_left_changes import close_left_changes
from sonae.apps.documents.models import Paper
from sonae.apps.search.use_cases.refresh_search import refresh_search
from sonae.domain.certificate.log import Kind
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH, ask, give_cover, wish
from tests.web.applicant import Applicant
from tests.web.cover_pages import confirm, fields_of, preview, text
from tests.web.holdings import browser_of, give_free_cover
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
SEARCHED = 17  # the person, their rights, the frame; then the ways of finding, and what is shown of those found


@pytest.fixture(autouse=True)
def _in_march(programme: object) -> Iterator[None]:
    with clock.at(IN_MARCH):
        yield


@pytest.fixture
def people() -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def certificate(people: cast.Cast) -> Certificate:
    return give_cover(people.member)


@pytest.fixture
def operator(people: cast.Cast) -> Client:
    return browser_of(people.staff["operator"])


def page_of(certificate: Certificate, act: str = "") -> str:
    return f"/desk/certificates/{certificate.number}/{act}"


@pytest.mark.parametrize("role", ["organiser", "agency"])
def test_what_is_covered_is_no_business_of_organiser_and_agency(
    people: cast.Cast, certificate: Certificate, role: str
) -> None:
    browser = browser_of(people.staff[role])
    for address in (
        "/desk/members/",
        f"/desk/members/{people.member.number}/",
        page_of(certificate),
        page_of(certificate, "change/"),
    ):
        assert browser.get(address).status_code == 404
    assert "加入者</a>" not in browser.get("/desk/").content.decode()


def test_the_insurer_looks_and_changes_nothing(people: cast.Cast, certificate: Certificate) -> None:
    browser = browser_of(people.staff["insurer"])
    assert "内容を変える" not in text(browser.get(page_of(certificate)))
    for act in ("change/", "cancel/", "reinstate/", "reverse/1/"):
        assert browser.get(page_of(certificate, act)).status_code == 404
        assert browser.post(page_of(certificate, act), {"action": "confirm"}).status_code == 404
    assert browser.post(page_of(certificate, "give-up/")).status_code == 404
    assert Transaction.objects.count() == 1


def test_what_is_not_there_and_the_free_cover_answer_404_and_are_noted(people: cast.Cast, operator: Client) -> None:
    free = give_free_cover(people.member, date(2026, 12, 1))
    for number in ("C2026-999999-9", free.number, "x" * 200, "%00", "%E9%9D%92"):
        assert operator.get(f"/desk/certificates/{number}/").status_code == 404
    for number in ("99999999", "%00", "9" * 99):
        assert operator.get(f"/desk/members/{number}/").status_code == 404
    assert AuditEntry.objects.filter(action="access.refused").count() == 8


@pytest.mark.parametrize(
    "typed",
    [
        "10000017", "1000001", "青木", "あおき", "ｱｵｷ", "aoki@", "AOKI@SAMPLE.EXAMPLE", "03-1234-0017", "０３１２３４００１７",
    ],
)  # fmt: skip
def test_a_member_is_found_by_whatever_somebody_says(people: cast.Cast, operator: Client, typed: str) -> None:
    refresh_search(now=clock.now())
    answer = operator.get("/desk/members/", {"q": typed})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/desk/members/10000017/"


def test_a_certificate_number_finds_its_member(certificate: Certificate, operator: Client) -> None:
    answer = operator.get("/desk/members/", {"q": certificate.number.lower()})
    assert answer.headers["Location"] == "/desk/members/10000017/"


@pytest.mark.parametrize("typed", ["", " ", "%", "_", "\\", "'; drop table", "\x00", "ない会社", "9" * 300])
def test_what_fits_nobody_finds_nobody(operator: Client, typed: str) -> None:
    answer = operator.get("/desk/members/", {"q": typed, "page": "９９"})
    assert answer.status_code == 200
    assert "10000017" not in text(answer)


def test_several_are_listed_page_by_page_in_the_same_few_statements(
    operator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(60):
        cast.enter_member(f"3{place:07}", "basic", f"見本商店{place}")
    refresh_search(now=clock.now())
    with django_assert_num_queries(SEARCHED):
        first = operator.get("/desk/members/", {"q": "見本商店"})
    assert "登録の古い順にすべて見る" in text(first)
    second = text(operator.get("/desk/members/", {"q": "見本商店", "after": "0"}))
    assert ("見本商店0 " in second, "見本商店59" in second, "次の50件" in second) == (True, False, True)


def test_while_somebody_types_the_likeliest_come_as_a_part_of_the_page(people: cast.Cast, operator: Client) -> None:
    for place in range(12):
        cast.enter_member(f"3{place:07}", "basic", f"見本商店{place}")
    refresh_search(now=clock.now())
    shown = operator.get("/desk/members/", {"q": "見本"}, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in shown, shown.count("<li>"), "すべて見る" in shown) == (False, 8, True)
    one = operator.get("/desk/members/", {"q": "03-1234-0017"}, headers={"HX-Request": "true"}).content.decode()
    assert ("/desk/members/10000017/" in one, "電話番号" in one) == (True, True)
    none = operator.get("/desk/members/", {"q": "ない会社"}, headers={"HX-Request": "true"}).content.decode()
    assert "見つかりません" in none


def test_only_a_name_like_it_is_not_opened_unasked(people: cast.Cast, operator: Client) -> None:
    refresh_search(now=clock.now())
    answer = operator.get("/desk/members/", {"q": "青木公務店"})
    assert (answer.status_code, "似た名前" in text(answer)) == (200, True)


@pytest.mark.parametrize(
    ("role", "has_it"), [("operator", True), ("insurer", True), ("organiser", False), ("agency", False)]
)
def test_the_search_stands_on_every_page_for_those_who_may_see_cover(
    people: cast.Cast, role: str, has_it: bool
) -> None:
    assert ('id="member-search"' in browser_of(people.staff[role]).get("/desk/").content.decode()) == has_it


def test_a_paper_is_opened_at_the_desk_and_that_is_noted(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    ask(certificate, wish(Kind.CANCELLATION, date(2027, 4, 1)), user=people.owner)
    paper = Paper.objects.get(kind="endorsement")
    answer = operator.get(f"/desk/papers/{paper.pk}/")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert AuditEntry.objects.filter(action="paper.opened", object_id=paper.key).exists()
    assert operator.get("/desk/papers/999999/").status_code == 404


def test_a_cancellation_is_seen_to_the_yen_before_it_is_recorded(certificate: Certificate, operator: Client) -> None:
    seen = preview(operator, page_of(certificate, "cancel/"), day="2027-03-15", reason="廃業のため")
    for words in ("お返しする保険料", "43,290円", "2027年4月1日 午後4時", "21,650円", "廃業のため", "4か月"):
        assert words in text(seen), words
    assert Transaction.objects.count() == 1

    answer = confirm(operator, page_of(certificate, "cancel/"), seen)

    assert answer.status_code == 302
    certificate.refresh_from_db()
    assert certificate.cancelled_on == date(2027, 4, 1)
    assert "解約を取り消す" in text(operator.get(page_of(certificate)))


def test_pressed_twice_it_is_recorded_once(certificate: Certificate, operator: Client) -> None:
    seen = preview(operator, page_of(certificate, "cancel/"), day="2027-04-01", reason="廃業のため")
    assert [confirm(operator, page_of(certificate, "cancel/"), seen).status_code for _ in range(2)] == [302, 302]
    assert (Transaction.objects.count(), ChangeRequest.objects.count()) == (2, 1)


def test_without_a_key_of_its_own_nothing_is_recorded(certificate: Certificate, operator: Client) -> None:
    seen = preview(operator, page_of(certificate, "cancel/"), day="2027-04-01", reason="廃業のため")
    assert confirm(operator, page_of(certificate, "cancel/"), seen, form_key="x").status_code == 422
    assert Transaction.objects.count() == 1


def test_two_clerks_at_once_see_what_the_other_did_and_keep_what_they_typed(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    address = page_of(certificate, "change/")
    seen = preview(operator, address, day="2027-03-10", reason="移転のため", applicant__street="2-2")
    ask(certificate, wish(Kind.CHANGE, date(2027, 3, 9), insured_name="青木設備"), user=people.staff["organiser"])

    late = confirm(operator, address, seen)

    assert late.status_code == 409
    for words in ("ほかの人が異動を記録しました", "青木設備", "2-2", "移転のため"):
        assert words in text(late), words
    assert Transaction.objects.count() == 2
    assert confirm(operator, address, late).status_code == 302
    assert Transaction.objects.get(seq=3).patch == {"applicant.street": "2-2"}


def test_only_what_was_touched_is_changed_even_where_others_changed_the_rest_meanwhile(
    certificate: Certificate, operator: Client
) -> None:
    address = page_of(certificate, "change/")
    form = fields_of(operator.get(address).content.decode())
    ask(certificate, wish(Kind.CHANGE, date(2027, 3, 9), insured_name="青木設備"))
    seen = operator.post(
        address, {**form, "day": "2027-03-10", "reason": "x", "applicant__street": "2-2", "action": "preview"}
    )
    assert "青木設備" not in text(seen)
    confirm(operator, address, seen)
    assert Transaction.objects.get(seq=3).patch == {"applicant.street": "2-2"}


def test_a_later_act_on_the_same_field_has_to_be_decided(certificate: Certificate, operator: Client) -> None:
    ask(certificate, wish(Kind.CHANGE, date(2027, 5, 10), insured_name="青木商事"))
    address = page_of(certificate, "change/")
    seen = preview(operator, address, day="2027-02-03", reason="届出が遅れたため", insured__name="青木設備")
    assert "後の異動のまま" in text(seen)

    open_still = confirm(operator, address, seen)
    assert (open_still.status_code, Transaction.objects.count()) == (422, 2)
    assert "どちらかを選んでください" in text(open_still)

    assert confirm(operator, address, open_still, decide_2="replace").status_code == 302
    assert [(one.seq, one.effective_date, one.patch) for one in Transaction.objects.filter(seq__gt=2)] == [
        (3, date(2027, 2, 3), {"insured.name": "青木設備"}),
        (4, date(2027, 5, 10), {"insured.name": "青木設備"}),
    ]


def test_what_costs_more_waits_and_holds_off_the_next_until_it_is_given_up(
    certificate: Certificate, operator: Client
) -> None:
    address = page_of(certificate, "change/")
    confirm(operator, address, preview(operator, address, day="2027-04-01", reason="増額のため", plan="P300"))
    assert "支払い待ちの異動があります" in text(operator.get(page_of(certificate)))
    cancelling = preview(operator, page_of(certificate, "cancel/"), day="2027-04-01", reason="x")
    assert confirm(operator, page_of(certificate, "cancel/"), cancelling).status_code == 409

    assert operator.post(page_of(certificate, "give-up/")).status_code == 302
    assert ChangeRequest.objects.get().state == ChangeRequest.State.CLOSED
    assert Transaction.objects.count() == 1


def test_sales_over_the_limit_are_recorded_and_the_renewal_is_said_to_be_looked_at(
    certificate: Certificate, operator: Client
) -> None:
    seen = preview(operator, page_of(certificate, "change/"), day="2027-04-01", reason="決算のため", sales="20000")
    assert "次の更新は、先に担当者が確かめます" in text(seen)


def test_an_act_is_reversed_and_stays_readable(certificate: Certificate, operator: Client) -> None:
    ask(certificate, wish(Kind.CHANGE, date(2027, 3, 1), insured_name="青木設備"))
    address = page_of(certificate, "reverse/2/")
    confirm(operator, address, preview(operator, address, reason="届出の誤り"))
    shown = operator.get(page_of(certificate)).content.decode()
    assert "<s>2　契約内容の変更</s>" in shown
    assert "取消し済み" in shown
    assert (
        operator.get(page_of(certificate, "reverse/1/")).status_code == 302
    )  # the first act is cancelled, not reversed


def test_the_past_answers_as_it_was_known_whatever_is_recorded_later(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    question = {"on": "2027-03-03", "known": "2027-03-10"}
    before = text(operator.get(page_of(certificate), question))
    with clock.at(IN_MARCH.replace(day=20)):
        ask(certificate, wish(Kind.CHANGE, date(2027, 3, 1), insured_name="青木設備"))
        later = browser_of(people.staff["operator"])
        assert text(later.get(page_of(certificate), question)) == before
        assert "記名被保険者 青木設備" in text(later.get(page_of(certificate), {"on": "2027-03-03"}))
    assert "2027年3月3日の補償を、2027年3月10日に知っていたとおりに" in before


@pytest.mark.parametrize("question", [{"on": "きのう"}, {"known": "2027-13-01"}, {"on": "9" * 500}, {"known": "\x00"}])
def test_a_day_that_can_not_be_read_is_said(
    certificate: Certificate, operator: Client, question: dict[str, str]
) -> None:
    answer = operator.get(page_of(certificate), question)
    assert answer.status_code == 422
    assert "2027-03-03 のように" in text(answer)


def test_before_anything_was_recorded_nothing_was_known(certificate: Certificate, operator: Client) -> None:
    assert "まだ加入の記録がありませんでした" in text(operator.get(page_of(certificate), {"known": "2026-11-01"}))


def test_why_the_system_recorded_an_issue_is_told_in_the_pages_language_and_typed_reasons_as_they_are(
    people: cast.Cast, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = MemoryGateway()
    monkeypatch.setattr("sonae.web.portal.payment_views.card_gateway", lambda: gateway)
    with clock.at(clock.MORNING):
        applicant = Applicant(people.owner, people.member)
        applicant.buy(gateway)
    application = applicant.reload()
    assert application.certificate is not None
    ask(
        application.certificate, wish(Kind.CHANGE, date(2027, 4, 1), insured_name="青木設備"), reason="application form"
    )
    page = page_of(application.certificate)
    japanese, english = text(operator.get(page)), text(operator.get(f"/en{page}"))
    assert f"理由：申込み {application.number}" in japanese
    assert "理由：application form" in japanese
    assert f"application {application.number}" not in japanese
    assert f"reason: application {application.number}" in english
    issued = application.certificate.transactions.get(seq=1)
    assert "annual_premium" not in issued.patch


def test_the_premium_that_older_first_acts_keep_is_shown_as_no_field(people: cast.Cast, operator: Client) -> None:
    older, newer = give_cover(people.member, annual_premium=64_940), give_cover(people.other_member)
    pages = [operator.get(page_of(one)).content.decode() for one in (older, newer)]
    assert "annual_premium" not in pages[0]
    assert [page.count('<span class="what">') for page in pages] == [1, 1]
    assert pages[0].count("64,940円") == pages[1].count("64,940円")


def test_a_change_that_nobody_paid_for_says_so_on_the_members_page(
    people: cast.Cast, certificate: Certificate, operator: Client
) -> None:
    asked = ask(certificate, wish(Kind.CHANGE, date(2027, 4, 1), plan="P300"))
    assert close_left_changes(now=clock.later(days=30)) == 1
    asked.refresh_from_db()
    assert asked.closed_reason == "not_paid"
    with clock.at(clock.later(days=30)):
        operator = browser_of(people.staff["operator"])
        shown = text(operator.get(f"/desk/members/{people.member.number}/history/?of=cover"))
    assert "支払いがないまま期限が過ぎました" in shown
