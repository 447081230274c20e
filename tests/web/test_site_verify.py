"""The page behind the QR code: yes or no for a day, plan and limits, and nothing personal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.certificates.use_cases.change_cover import give_up_change
from sonae.apps.certificates.use_cases.issue_certificate import Schedule, issue_certificate
from sonae.apps.programmes.models import Programme, SchemeYear
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.log import Kind
from tests import clock
from tests.apps.certificates.covers import IN_MARCH, STARTS_ON, ask, give_cover, pay_for, wish
from tests.cast import call_in
from tests.web.holdings import give_free_cover, words_of

pytestmark = pytest.mark.django_db
YES, NO = "この日の補償は、有効です", "この日の補償は、ありません"
IN_ENGLISH = {YES: "Yes, in force on this day", NO: "No, not in force on this day"}
APRIL, DECEMBER = date(2027, 4, 1), date(2027, 12, 1)
A_DAY = timedelta(days=1)


@pytest.fixture
def certificate(programme: Programme) -> Certificate:
    """青木工務店's cover from 1 March 2027, in the 3億円プラン."""
    someone = {"name": "青木工務店", "address": "東京都千代田区千代田1-1", "telephone": "03-1234-0017"}
    schedule = Schedule(
        plan_code="P300", industry="construction", annual_sales=48_000_000, applicant=someone, insured=someone,
        annual_premium=192_840, term_premium=144_630,
    )  # fmt: skip
    return issue_certificate(
        member=call_in().member, scheme_year=SchemeYear.objects.get(start_on=date(2026, 12, 1)), section="paid",
        starts_on=date(2027, 3, 1), schedule=schedule, charge=None, actor="system:test", reason="", now=clock.now(),
    )  # fmt: skip


def page_of(client: Client, certificate: Certificate, prefix: str = "", **day: str) -> str:
    response = client.get(f"{prefix}/verify/{certificate.verification_code}/", day)
    assert response.status_code == 200
    return unescape(response.content.decode())


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_it_answers_for_today_unless_another_day_is_asked_for(client: Client, certificate: Certificate) -> None:
    assert "この日の補償は、ありません" in page_of(client, certificate)
    with clock.at(datetime(2027, 4, 1, 9, tzinfo=JAPAN)):
        html = page_of(client, certificate)
    assert "この日の補償は、有効です" in html
    for said in ("3億円プラン", "3億円", "5,000万円", "2027年4月1日"):
        assert said in html
    english = page_of(client, certificate, "/en", year="2027", month="4", day="1")
    assert "Yes, in force on this day" in english
    assert "300 million yen" in english


def test_the_first_and_the_last_day_say_from_and_until_when(client: Client, certificate: Certificate) -> None:
    first = words(page_of(client, certificate, year="２０２７", month="３", day="１"))
    last = words(page_of(client, certificate, year="2027", month="12", day="1"))
    assert "2027年3月1日 午後4時から有効です" in first
    assert "2027年12月1日 午後4時まで有効です" in last
    assert "ありません" in page_of(client, certificate, year="2027", month="12", day="2")


def test_nothing_personal_is_shown(client: Client, certificate: Certificate) -> None:
    html = page_of(client, certificate, year="2027", month="4", day="1")
    main = html[html.index("<main") : html.index("</main>")]
    for private in ("青木", "千代田", "03-1234", "建設", "48,000,000", "4,800万", "192,840", "144,630", "10000017"):
        assert private not in main
    assert certificate.number not in html


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [("2026", "2", "30"), ("", "1", "1"), ("2027", "13", "1"), ("x", "1", "1"), ("99999999", "1", "1"), ("0", "0", "0"),
     ("\x00", "1", "1"), ("2027", "1億", "1"), ("9" * 500, "1", "1")],
)  # fmt: skip
def test_a_day_that_isn_t_one_is_said_so_and_stays_typed(
    client: Client, certificate: Certificate, year: str, month: str, day: str
) -> None:
    html = page_of(client, certificate, year=year, month=month, day=day)
    assert "その日付は暦にありません" in html
    assert re.search(rf'name="month"[^>]* value="{month}"', html)


def test_an_unknown_code_gets_the_same_page_for_every_wrong_code(client: Client, certificate: Certificate) -> None:
    code = certificate.verification_code
    pages = []
    for wrong in (code[:-1], code + "x", certificate.number, "%00", "é", "x" * 900, "%ff"):
        response = client.get(f"/verify/{wrong}/")
        assert response.status_code == 404
        assert response.headers["X-Robots-Tag"] == "noindex"
        html = re.sub(r'href="[^"]*"', "", response.content.decode())
        pages.append(html)
    assert len(set(pages)) == 1
    assert "このコードの加入者証は、見つかりません" in pages[0]
    assert "0120-008588" in pages[0]


def test_no_search_engine_and_no_cache_keeps_it(client: Client, certificate: Certificate) -> None:
    response = client.get(f"/verify/{certificate.verification_code}/")
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Cache-Control"] == "no-store"
    assert client.post(f"/verify/{certificate.verification_code}/").status_code == 405


@pytest.fixture
def in_march(programme: Programme) -> Iterator[datetime]:
    with clock.at(IN_MARCH):
        yield IN_MARCH


@pytest.fixture
def cover(in_march: datetime) -> Certificate:
    """青木工務店's 1億円プラン from 1 December 2026, looked at in March."""
    return give_cover(call_in().member)


def said(certificate: Certificate, day: date, prefix: str = "") -> str:
    """What the page says of that day, in one line, to somebody who is nobody."""
    asked = f"?year={day.year}&month={day.month}&day={day.day}"
    return words_of(Client(), f"{prefix}/verify/{certificate.verification_code}/{asked}")


def verdict(certificate: Certificate, day: date) -> str:
    """One of YES and NO; the English page must say the same."""
    japanese, english = said(certificate, day), said(certificate, day, "/en")
    (found,) = (one for one in (YES, NO) if one in japanese)
    assert [one for one in IN_ENGLISH.values() if one in english] == [IN_ENGLISH[found]]
    return found


def plan_on(certificate: Certificate, day: date) -> str:
    (plan,) = re.findall(r"プラン (\S+) 賠償の支払限度額", said(certificate, day))
    return str(plan)


def buy_more(certificate: Certificate, day: date, plan: str) -> None:
    pay_for(ask(certificate, wish(Kind.CHANGE, day, plan=plan)))


def test_a_paid_cover_is_in_force_from_its_first_day_to_its_expiry(cover: Certificate) -> None:
    days = (STARTS_ON - A_DAY, STARTS_ON, APRIL, DECEMBER, DECEMBER + A_DAY)
    assert [verdict(cover, day) for day in days] == [NO, YES, YES, YES, NO]
    assert "2026年12月1日 午後4時から有効です" in said(cover, STARTS_ON)
    assert "2027年12月1日 午後4時まで有効です" in said(cover, DECEMBER)
    assert "午後4時" not in said(cover, APRIL)
    english = said(cover, STARTS_ON, "/en") + said(cover, DECEMBER, "/en")
    assert english.count("16:00") == 2
    assert (english.count("it is in force from"), english.count("it is in force until")) == (1, 1)


def test_the_free_cover_says_its_own_limit_and_that_own_costs_are_not_covered(in_march: datetime) -> None:
    free = give_free_cover(call_in().member, STARTS_ON)
    assert [verdict(free, day) for day in (STARTS_ON - A_DAY, STARTS_ON, DECEMBER, DECEMBER + A_DAY)] == [
        NO,
        YES,
        YES,
        NO,
    ]
    assert "プラン 無料補償 賠償の支払限度額 50万円 自社の費用の支払限度額 対象ではありません" in said(free, APRIL)
    assert "Plan Free cover Liability limit ¥500,000 Own-cost limit Not covered" in said(free, APRIL, "/en")


def test_a_free_cover_that_ended_with_the_membership_is_not_in_force(in_march: datetime) -> None:
    free = give_free_cover(call_in().member, STARTS_ON, cancelled_on=date(2027, 3, 1))
    assert [verdict(free, date(2027, 3, day)) for day in (1, 2)] == [YES, NO]
    assert "2027年3月1日 午後4時まで有効です" in said(free, date(2027, 3, 1))


def test_a_cancelled_cover_ends_at_four_on_its_last_day(cover: Certificate) -> None:
    ask(cover, wish(Kind.CANCELLATION, APRIL))
    assert [verdict(cover, day) for day in (IN_MARCH.date(), APRIL, APRIL + A_DAY, DECEMBER)] == [YES, YES, NO, NO]
    assert "2027年4月1日 午後4時まで有効です" in said(cover, APRIL)
    assert "April" in said(cover, APRIL, "/en")
    assert "解約" not in said(cover, IN_MARCH.date()) + said(cover, APRIL) + said(cover, APRIL + A_DAY)


def test_what_is_cancelled_on_its_first_day_was_never_in_force(cover: Certificate) -> None:
    ask(cover, wish(Kind.CANCELLATION, STARTS_ON))
    assert {verdict(cover, day) for day in (STARTS_ON, IN_MARCH.date(), DECEMBER)} == {NO}


def test_a_reinstated_cover_runs_to_its_expiry_again_once_it_is_paid(cover: Certificate) -> None:
    ask(cover, wish(Kind.CANCELLATION, APRIL))
    back = ask(cover, wish(Kind.REINSTATEMENT, APRIL))
    assert verdict(cover, APRIL + A_DAY) == NO  # it waits for its payment
    pay_for(back)
    assert [verdict(cover, day) for day in (APRIL, APRIL + A_DAY, DECEMBER, DECEMBER + A_DAY)] == [YES, YES, YES, NO]
    assert "午後4時" not in said(cover, APRIL)


def test_a_change_counts_from_its_day_and_only_once_it_is_paid(cover: Certificate) -> None:
    waiting = ask(cover, wish(Kind.CHANGE, APRIL, plan="P300"))
    assert plan_on(cover, APRIL) == "1億円プラン"
    pay_for(waiting)
    assert [plan_on(cover, day) for day in (APRIL - A_DAY, APRIL, DECEMBER)] == [
        "1億円プラン",
        "3億円プラン",
        "3億円プラン",
    ]
    assert "賠償の支払限度額 3億円 自社の費用の支払限度額 5,000万円" in said(cover, APRIL)


def test_a_change_that_was_given_up_leaves_no_trace(cover: Certificate) -> None:
    before = said(cover, APRIL)
    waiting = ask(cover, wish(Kind.CHANGE, APRIL, plan="P300"))
    give_up_change(public_id=waiting.public_id, actor="user:0", reason="", now=clock.now())
    assert said(cover, APRIL) == before


def test_what_is_changed_again_later_that_day_holds_from_the_moment_it_is_recorded(cover: Certificate) -> None:
    plans = []
    for hour, plan in ((10, "P300"), (14, "P500"), (17, "P100")):
        with clock.at(IN_MARCH.replace(hour=hour)):
            request = ask(cover, wish(Kind.CHANGE, APRIL, plan=plan))
            if request.difference_yen > 0:
                pay_for(request)
            plans.append(plan_on(cover, APRIL))
    assert plans == ["3億円プラン", "5億円プラン", "1億円プラン"]
    with clock.at(IN_MARCH.replace(hour=15)):  # the page shows what is recorded, not what somebody will record
        assert plan_on(cover, APRIL) == "5億円プラン"


def test_a_change_that_was_reversed_never_was(cover: Certificate) -> None:
    before = said(cover, APRIL)
    buy_more(cover, APRIL, "P300")
    ask(cover, wish(Kind.REVERSAL, APRIL, target=2))
    assert said(cover, APRIL) == before


def test_a_change_that_is_backdated_is_shown_for_the_days_before_it_was_recorded(cover: Certificate) -> None:
    buy_more(cover, date(2027, 2, 1), "P500")
    assert [plan_on(cover, date(2027, month, 15)) for month in (1, 2, 3)] == [
        "1億円プラン",
        "5億円プラン",
        "5億円プラン",
    ]


def test_both_languages_name_the_same_plan_limits_and_insurer(cover: Certificate) -> None:
    buy_more(cover, APRIL, "P500")
    english = said(cover, APRIL, "/en")
    assert "Plan 500 Million Yen Plan Liability limit 500 million yen Own-cost limit 50 million yen" in english
    assert "プラン 5億円プラン 賠償の支払限度額 5億円 自社の費用の支払限度額 5,000万円" in said(cover, APRIL)
    assert "東京海上日動火災保険株式会社" in said(cover, APRIL)
    assert "Tokio Marine & Nichido Fire Insurance Co., Ltd." in english
    assert not re.findall(r"[\u3041-\u30ff\u4e00-\u9fff]", english)


def test_a_page_that_says_no_says_neither_why_nor_what_there_once_was(in_march: datetime) -> None:
    people = call_in()
    cancelled, never, free = (
        give_cover(people.member),
        give_cover(people.other_member),
        give_free_cover(people.member, STARTS_ON),
    )
    ask(cancelled, wish(Kind.CANCELLATION, APRIL))
    ask(never, wish(Kind.CANCELLATION, STARTS_ON))
    for day in (STARTS_ON - A_DAY, DECEMBER + A_DAY):  # not begun, ended
        assert len({said(one, day) for one in (cancelled, never, free)}) == 1
    assert said(cancelled, APRIL + A_DAY) == said(never, APRIL + A_DAY)
    no = said(cancelled, APRIL + A_DAY)
    for kept in ("1億円", "100 million", "無料補償", "解約", "2026年12月1日", "3,000万円", "返"):
        assert kept not in no, kept


def test_no_state_shows_anything_personal_anywhere_on_the_page(cover: Certificate) -> None:
    ask(cover, wish(Kind.CHANGE, date(2027, 3, 12), insured_name="青木設備", applicant_street="2-2"))
    buy_more(cover, APRIL, "P300")
    ask(cover, wish(Kind.CANCELLATION, date(2027, 6, 1)))
    acts = Transaction.objects.filter(certificate=cover)
    assert acts.count() == 4
    private = {
        "青木", "アオキ", "aoki", "千代田", "100-0001", "2-2", "03-1234", "7000012050002", "10000017", cover.number, "4242", "0505",
        "その他サービス業", "Other services", "5,000,000", "500万円", "64,940", "お申し出のため", "staff-7",
        *(f"{act.total_premium_after:,}" for act in acts),
        *(f"{act.premium_difference:,}" for act in acts if act.premium_difference),
    }  # fmt: skip
    for day in (STARTS_ON - A_DAY, STARTS_ON, IN_MARCH.date(), APRIL, date(2027, 6, 1), date(2027, 6, 2), DECEMBER):
        for prefix in ("", "/en"):
            asked = {"year": str(day.year), "month": str(day.month), "day": str(day.day)}
            whole = page_of(Client(), cover, prefix, **asked)
            whole = re.sub(r"<(?:style|script|svg)\b.*?</(?:style|script|svg)>", "", whole, flags=re.DOTALL)
            assert [one for one in private if one in whole] == [], day


def test_a_code_is_read_as_people_write_it(cover: Certificate) -> None:
    code = cover.verification_code
    in_fours = [code[at : at + 4] for at in range(0, len(code), 4)]
    for written in (code, code.lower(), "-".join(in_fours), "%20".join(in_fours), f"%20{code.lower()}%20"):
        assert Client().get(f"/verify/{written}/").status_code == 200, written


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_code_that_is_none_gets_one_page_that_says_what_to_do(cover: Certificate, prefix: str) -> None:
    waiting = ask(cover, wish(Kind.CHANGE, APRIL, plan="P300"))
    code = cover.verification_code
    wrong = [
        "A" * len(code), code[:-1], code[:-1] + "%25", f"{code}%00", f"{code}'--", "'%20OR%20'1'='1", "%25", "_" * len(code),
        "*", "%E3%82%A2%E3%82%AA%E3%82%AD", "%EF%BC%A1%EF%BC%A2", "%0A", "-", "%20", "0", "{{7*7}}", "%3Cscript%3E",
        "A" * 33, "A" * 5000, waiting.public_id, str(cover.pk), cover.member.number,
    ]  # fmt: skip
    pages = set()
    for one in wrong:
        answer = Client().get(f"{prefix}/verify/{one}/", {"year": "2027", "month": "4", "day": "1"})
        assert (answer.status_code, answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == (
            404, "noindex", "no-store",
        ), one  # fmt: skip
        page = answer.content.decode()
        pages.add(page[page.index("<main") : page.index("</main")])
    assert len(pages) == 1
    assert "0120-008588" in pages.pop()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_changes_anything_there(cover: Certificate, method: str) -> None:
    address = f"/verify/{cover.verification_code}/"
    assert getattr(Client(), method)(address, {"year": "2027"}).status_code == 405
    assert Client().head(address).content == b""


def test_the_page_looks_up_one_certificate_however_much_was_recorded_on_it(
    cover: Certificate, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    said(cover, APRIL)
    with django_assert_num_queries(3):  # the certificate, its acts, and the scheme years of the frame
        said(cover, APRIL)
    for plan in ("P300", "P500"):
        buy_more(cover, APRIL, plan)
    ask(cover, wish(Kind.CANCELLATION, date(2027, 6, 1)))
    with django_assert_num_queries(3):
        said(cover, APRIL)
    with django_assert_num_queries(2):  # looked for, and the frame
        Client().get(f"/verify/{'A' * 26}/")
    with django_assert_num_queries(1):  # what can be no code is not even looked for
        Client().get(f"/verify/{'A' * 33}/")
