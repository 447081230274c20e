"""What a member sees of what it has, in every state of its membership: figures and words, in both languages (F05, F21, F22)."""

from __future__ import annotations

from datetime import date

import pytest

from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import Programme
from tests import cast
from tests.web.holdings import browser_of, give_free_cover, give_paid_cover, on, tell, words_of

pytestmark = pytest.mark.django_db
Kind = MembershipFact.Kind
IN_FORCE, TO_COME = date(2025, 12, 1), date(2026, 12, 1)
KEPT = "退会しても途中では終わらず、そのためのお手続きもお支払いもありません。"
NOT_RENEWED = "更新はできません。加入できるのは会員の方だけで、満期の"


@pytest.fixture
def people(programme: Programme) -> cast.Cast:
    return cast.call_in()


def home(people: cast.Cast, prefix: str = "") -> str:
    return words_of(browser_of(people.owner), f"{prefix}/portal/")


def test_a_member_with_free_cover_alone_sees_its_limits_and_what_it_does_not_pay(people: cast.Cast) -> None:
    give_free_cover(people.member, IN_FORCE)
    page = home(people)
    assert "無料補償 補償中" in page
    assert "賠償の限度額 50万円 自社の費用の限度額 なし 保険料 0円" in page
    assert (
        "2025年12月1日 午後4時 から 2026年12月1日 午後4時 まで。そのあとも、会員である間は次の保険年度に続きます。"
        in page
    )
    assert "有料プランのご加入はありません。" in page
    paid, unpaid = page.split("支払われるもの 法律上の損害賠償金")[1].split("支払われないもの")
    assert paid.split() == ["争訟費用"]
    assert "データ等復旧費用" in unpaid
    assert "緊急ホットライン" in unpaid
    assert "1億円プラン 50万円 → 1億円 なし → 1,000万円" in page


def test_without_a_paid_plan_the_emergency_box_leads_to_the_window_and_says_what_to_keep(people: cast.Cast) -> None:
    give_free_cover(people.member, IN_FORCE)
    emergency = home(people).split("事故が起きたら")[1]
    assert emergency.strip().startswith("0120-008588")
    assert "捨てずに残しておくもの" in emergency
    assert "0120-000-000" not in emergency


def test_with_a_paid_plan_in_force_the_emergency_box_leads_to_the_hotline(people: cast.Cast) -> None:
    certificate = give_paid_cover(people.member, IN_FORCE)
    emergency = home(people).split("事故が起きたら")[1]
    assert emergency.split()[0] == "0120-000-000"
    assert certificate.number in emergency
    assert "捨てずに残しておくもの" not in emergency


def test_a_paid_plan_that_has_not_begun_brings_no_hotline_yet(people: cast.Cast) -> None:
    give_paid_cover(people.member, TO_COME)
    page = home(people)
    assert "まもなく始まります" in page
    assert page.split("事故が起きたら")[1].strip().startswith("0120-008588")


def test_with_both_each_stands_with_its_own_number_limits_and_term(people: cast.Cast) -> None:
    paid, free = give_paid_cover(people.member, IN_FORCE), give_free_cover(people.member, IN_FORCE)
    page = home(people)
    assert "1億円プラン 補償中 加入者証番号 " + paid.number in page
    assert "お支払い済みの保険料 64,940円年払一括 VISA •••• 4242" in page
    assert "残り 1億円" in page
    assert "残り 1,000万円" in page
    assert "無料補償 補償中 加入者証番号 " + free.number in page


def test_what_a_larger_plan_would_add_is_told_limit_by_limit(people: cast.Cast) -> None:
    give_paid_cover(people.member, IN_FORCE)
    page = home(people)
    assert "3億円プラン 1億円 → 3億円 1,000万円 → 5,000万円" in page
    assert "5億円プラン 1億円 → 5億円 1,000万円 → 5,000万円" in page
    assert "攻撃者に払う身代金" in page.split("支払われないもの")[2]


def test_a_free_certificate_that_is_still_being_made_is_told_as_that(people: cast.Cast) -> None:
    page = home(people)
    assert "無料補償 加入者証を準備しています" in page
    assert "加入者証ができると、番号と期間がここに出ます。" in page


def test_who_leaves_on_a_day_to_come_keeps_the_paid_cover_and_reads_why_it_cannot_renew(people: cast.Cast) -> None:
    give_paid_cover(people.member, TO_COME)
    give_free_cover(people.member, IN_FORCE)
    tell(people.member, Kind.LEFT, date(2027, 3, 15))
    page = home(people)
    assert "会員でなくなる日が登録されています 会員名簿では、2027年3月15日 に退会と登録されています。" in page
    assert f"1億円プランは、2027年12月1日 午後4時まで続きます。{KEPT}" in page
    assert f"{NOT_RENEWED}2027年12月1日には会員でないためです。" in page
    assert "2027年11月20日までにふたたび会員になり、お申し込みいただくと、切れ目なく続けられます。" in page
    assert "無料補償は、会員の方に付く補償です。終わる日は、決まりしだいここに出ます。" in page
    assert "更新は自動ではありません" not in page


def test_who_has_left_with_a_paid_cover_sees_both_ends(people: cast.Cast) -> None:
    give_paid_cover(people.member, IN_FORCE)
    give_free_cover(people.member, IN_FORCE, cancelled_on=date(2026, 12, 1))
    tell(people.member, Kind.LEFT, date(2026, 11, 10))
    page = home(people)
    assert "会員ではなくなっています 会員名簿では、2026年11月10日 に退会と登録されています。" in page
    assert f"1億円プランは、2026年12月1日 午後4時まで続きます。{KEPT}" in page
    assert "切れ目なく続けるための受付は2026年11月20日に終わりました。" in page
    assert "無料補償は、2026年12月1日 午後4時に終わります。" in page
    english = home(people, "/en")
    assert "Your 100 Million Yen Plan runs until 1 December 2026, 16:00 JST. Leaving doesn’t end it early" in english
    assert (
        "It can’t be renewed: only members can join, and you won’t be one at the expiry on 1 December 2026." in english
    )
    assert "The free cover ends on 1 December 2026, 16:00 JST." in english


def test_who_has_left_with_nothing_is_told_so_and_offered_nothing_to_buy(people: cast.Cast) -> None:
    tell(people.member, Kind.LEFT, date(2026, 3, 31))
    page = home(people)
    assert "有料プランのご加入はありません。ふたたび会員になると、お申し込みいただけます。" in page
    assert "無料補償は付いていません。" in page
    assert "無料補償 なし" in page
    assert "有料プランを申し込む" not in page
    assert "支払われるもの、支払われないもの" not in page


def test_an_ended_free_cover_of_who_has_left_is_no_cover_any_more(people: cast.Cast) -> None:
    give_free_cover(people.member, IN_FORCE, cancelled_on=date(2026, 5, 1))
    tell(people.member, Kind.LEFT, date(2026, 4, 10))
    assert "無料補償 なし" in home(people)
    assert "終了" in words_of(browser_of(people.owner), "/portal/documents/")


def test_who_has_come_back_reads_that_it_can_renew(people: cast.Cast) -> None:
    give_paid_cover(people.member, TO_COME)
    tell(people.member, Kind.LEFT, date(2026, 6, 1))
    tell(people.member, Kind.JOINED, date(2026, 9, 1))
    page = home(people)
    assert "2026年6月1日に退会のあと、2026年9月1日からまた会員です。有料プランの更新もできます。" in page
    assert NOT_RENEWED not in page


def test_rejoining_that_is_known_before_the_deadline_lifts_the_bar(people: cast.Cast) -> None:
    give_paid_cover(people.member, TO_COME)
    tell(people.member, Kind.LEFT, date(2027, 1, 10))
    tell(people.member, Kind.JOINED, date(2027, 11, 1))
    page = home(people)
    assert "2027年11月1日にふたたび会員になると登録されているので、更新できます。" in page
    assert NOT_RENEWED not in page


def test_a_class_that_changes_is_shown_with_its_day_and_the_cover_stays(people: cast.Cast) -> None:
    give_free_cover(people.member, IN_FORCE)
    tell(people.member, Kind.CHANGED, date(2026, 11, 1), member_class="total")
    page = home(people)
    assert "あんしん保守サポート トータルプラン 2026年11月1日に区分が変わりました。" in page
    assert "無料補償 補償中" in page


def test_the_day_after_the_expiry_the_cover_is_among_the_ended(people: cast.Cast) -> None:
    certificate = give_paid_cover(people.member, IN_FORCE)
    with on(date(2026, 12, 2)):
        assert "有料プランのご加入はありません。" in home(people)
        documents = words_of(browser_of(people.owner), "/portal/documents/")
    assert (
        f"{certificate.number} 1億円プラン 2025年12月1日 午後4時 から 2026年12月1日 午後4時 まで 満期で終了"
        in documents
    )


def test_a_person_of_several_members_sees_one_at_a_time_and_switches(people: cast.Cast) -> None:
    second = cast.enter_member("10000025", "total", "青木設備")
    cast.let_act(people.owner, second, "owner")
    own, other = give_paid_cover(people.member, IN_FORCE), give_paid_cover(second, TO_COME)
    browser = browser_of(people.owner)
    first, switched = words_of(browser, "/portal/"), words_of(browser, "/portal/?member=10000025")
    assert first.startswith("青木工務店 様")
    assert switched.startswith("青木設備 様")
    assert (own.number in first, other.number in first) == (True, False)
    assert (own.number in switched, other.number in switched) == (False, True)
    page = browser.get("/portal/?member=10000025").content.decode()
    assert page.count('href="/portal/documents/?member=10000025"') >= 2


def test_the_visitor_who_acts_for_nobody_is_asked_for_the_member_number(people: cast.Cast) -> None:
    assert "まだ会員の確認が済んでいません" in words_of(browser_of(people.visitor), "/portal/")
    for page in ("documents", "payments", "notices", "data"):
        answer = browser_of(people.visitor).get(f"/portal/{page}/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/apply/")


def test_a_certificate_that_was_cancelled_from_its_start_is_never_shown_as_cover(people: cast.Cast) -> None:
    void = give_paid_cover(people.member, IN_FORCE, cancelled_on=IN_FORCE)
    assert void.number not in home(people).split("お知らせ")[0]
    assert void.number in words_of(browser_of(people.owner), "/portal/payments/")
