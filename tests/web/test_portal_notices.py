"""A member's notices: read off what happened, newest first, and read by each person on their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from sonae.apps.documents.models import NoticeRead
from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import Programme
from tests import cast, clock
from tests.web.holdings import browser_of, give_back, give_free_cover, give_paid_cover, on, tell, words_of

pytestmark = pytest.mark.django_db
Kind = MembershipFact.Kind


@pytest.fixture
def people(programme: Programme) -> cast.Cast:
    return cast.call_in()


def notices(browser: Client, prefix: str = "") -> str:
    return words_of(browser, f"{prefix}/portal/notices/")


def test_what_happened_is_told_once_each(people: cast.Cast) -> None:
    certificate = give_paid_cover(people.member, date(2026, 12, 1))
    give_back(certificate, 5_000, refunded_at=clock.now())
    give_free_cover(people.member, date(2025, 12, 1), cancelled_on=date(2026, 12, 1))
    tell(people.member, Kind.LEFT, date(2026, 11, 20))
    page = notices(browser_of(people.owner))
    for said in (
        "有料プランの加入者証を発行しました",
        "64,940円のお支払いを受け取りました",
        "5,000円をカードへお返ししました",
        "無料補償は、2026年12月1日 午後4時に終わります",
        "会員名簿で、2026年11月20日に退会と登録されました",
    ):
        assert page.count(said) == 3, said  # the title, and what the two ways on say to those who don't see them
    assert "未読が6件あります。" in page
    english = notices(browser_of(people.owner), "/en")
    assert "¥5,000 has gone back to your card" in english
    assert "The free cover ends on 1 December 2026, 16:00 JST" in english


def test_a_refund_under_way_is_not_told_as_done(people: cast.Cast) -> None:
    give_back(give_paid_cover(people.member, date(2026, 12, 1)), 5_000, refunded_at=None)
    assert "カードへお返し" not in notices(browser_of(people.owner))
    assert "手続き中" in words_of(browser_of(people.owner), "/portal/payments/")


def test_a_change_of_class_and_of_name_say_from_when(people: cast.Cast) -> None:
    tell(people.member, Kind.CHANGED, date(2026, 11, 1), member_class="total")
    tell(people.member, Kind.CHANGED, date(2026, 12, 1), name="青木建設")
    page = notices(browser_of(people.owner))
    assert "2026年11月1日から：あんしん保守サポート ベーシックプラン → あんしん保守サポート トータルプラン" in page
    assert "2026年12月1日から：青木建設" in page


def test_the_time_to_renew_is_told_from_the_day_it_opens(people: cast.Cast) -> None:
    give_paid_cover(people.member, date(2025, 12, 1), paid_at=clock.now() - timedelta(days=300))
    with on(date(2026, 10, 20)):
        assert "次の保険年度の受付が始まりました" not in notices(browser_of(people.owner))
    with on(date(2026, 10, 21)):
        page = notices(browser_of(people.owner))
    assert "次の保険年度の受付が始まりました" in page
    assert "2026年11月20日までのお手続きで、切れ目なく続きます。" in page
    assert "切れ目なく続ける受付は2026年11月20日に終わり" in notices(browser_of(people.owner))


def test_who_cannot_renew_is_not_told_to(people: cast.Cast) -> None:
    give_paid_cover(people.member, date(2025, 12, 1))
    tell(people.member, Kind.LEFT, date(2026, 11, 1))
    assert "次の保険年度の受付が始まりました" not in notices(browser_of(people.owner))


def test_looking_at_them_marks_nothing_as_read(people: cast.Cast) -> None:
    give_paid_cover(people.member, date(2026, 12, 1))
    browser = browser_of(people.owner)
    notices(browser)
    browser.get("/portal/")
    assert not NoticeRead.objects.exists()


def test_one_is_read_then_all_and_each_person_reads_for_themselves(people: cast.Cast) -> None:
    certificate = give_paid_cover(people.member, date(2026, 12, 1))
    browser = browser_of(people.owner)
    browser.post("/portal/notices/", {"key": f"act:{certificate.number}:1"})
    assert [read.key for read in NoticeRead.objects.all()] == [f"act:{certificate.number}:1"]
    assert "未読が1件あります。" in notices(browser)
    browser.post("/portal/notices/", {"key": "all"})
    assert "未読はありません。" in notices(browser)
    assert "未読が2件あります。" in notices(browser_of(people.colleague))
    browser.post("/portal/notices/", {"key": "all"})
    assert NoticeRead.objects.count() == 2


def test_a_notice_that_is_not_theirs_is_not_marked(people: cast.Cast) -> None:
    certificate = give_paid_cover(people.member, date(2026, 12, 1))
    browser_of(people.stranger).post("/portal/notices/", {"key": f"act:{certificate.number}:1"})
    assert not NoticeRead.objects.exists()
