"""Paying when it does not go straight: refused, left, unanswered, pressed twice, gone back, in two tabs. One charge, one cover."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.faults.books import check_books, read_processor
from tests.journeys.buyer import CARD_VISA, pay, press, type_card
from tests.journeys.conftest import TELEPHONE
from tests.journeys.quick_applicant import QuickApplicant
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
THREE_D_SECURE, THREE_D_SECURE_FAILS = "4000002760003184", "4000008400001629"


@dataclass
class Purchase:
    """A member with a confirmed application, at the page that asks for the payment."""

    site: RunningSite
    page: Page
    public_id: str
    kept: list[tuple[object, ...]]

    @classmethod
    def begin(cls, site: RunningSite, page: Page) -> Purchase:
        applicant = QuickApplicant(page, site, site.enter_member("サンプル商店"))
        applicant.open("pay")
        purchase = cls(site, page, applicant.public_id, [])
        purchase.kept = purchase.look_up()
        return purchase

    @property
    def address(self) -> str:
        return f"{self.site.address}/apply/{self.public_id}/"

    def look_up(self) -> list[tuple[object, ...]]:
        """What was quoted and answered, as the database has it."""
        return self.site.sql(
            """SELECT a.number, a.plan_code, a.term_premium, a.quoted_on, a.revision, s.step, s.revision, s.answers
               FROM enrolment_application a JOIN enrolment_stepanswers s ON s.application_id = a.id
               WHERE a.public_id = %s ORDER BY s.id""",
            self.public_id,
        )

    def state(self) -> list[tuple[object, ...]]:
        return self.site.sql(
            "SELECT state, count(*) FROM billing_payment WHERE purpose = %s GROUP BY state", f"enrol:{self.public_id}"
        )

    def expect_cover(self, page: Page | None = None, *, seconds: int = 15) -> None:
        """The page says so, the processor charged once, and our books agree with its journal."""
        page = page or self.page
        expect(page.locator("h1")).to_have_text("加入の手続きが終わりました", timeout=seconds * 1000)
        charges = [
            line.captured
            for reference, line in read_processor(self.site.journal).items()
            if reference.startswith(f"enrol:{self.public_id}:") and line.captured
        ]
        assert charges == [[self.kept[0][2]]]
        assert self.look_up() == self.kept
        assert self.books() == []

    def books(self) -> list[str]:
        return check_books(
            database=self.site.database_url, journal=self.site.journal, applications=[self.public_id], settled=True
        )


@pytest.fixture
def purchase(site: RunningSite, open_browser: Callable[..., Page]) -> Purchase:
    return Purchase.begin(site, open_browser(TELEPHONE))


REFUSALS = [
    ("4000000000000002", "", "カード会社がお支払いを承認しませんでした"),
    ("4000000000009995", "", "ご利用可能額を超えている"),
    (THREE_D_SECURE, "abandon", "本人認証（3Dセキュア）が途中で終わった"),
    (THREE_D_SECURE_FAILS, "success", "本人認証（3Dセキュア）ができなかった"),
    (THREE_D_SECURE, "failure", "本人認証（3Dセキュア）ができなかった"),
]


def test_each_refused_card_is_told_in_words_and_another_try_succeeds(purchase: Purchase) -> None:
    page, site = purchase.page, purchase.site
    press(page)
    for card, answer, said in REFUSALS:
        pay(page, site, card)
        if answer:
            page.locator(f"button[value={answer}]").click()
        expect(page.locator("[role=alert]")).to_contain_text(said)
    page.get_by_role("link", name="支払わずに戻る").click()
    expect(page.locator("[role=alert]")).to_contain_text("カードの支払いができませんでした")
    expect(page.locator("[role=alert]")).to_contain_text("補償はまだ始まっていません")
    assert purchase.look_up() == purchase.kept
    press(page)
    pay(page, site, THREE_D_SECURE)
    page.locator("button[value=success]").click()
    purchase.expect_cover()


def test_a_charge_whose_answer_was_lost_is_being_confirmed_and_settles_itself(purchase: Purchase) -> None:
    page, site = purchase.page, purchase.site
    press(page)
    site.break_next(
        {"operation": "webhook", "fault": "never", "times": 10}, {"operation": "capture", "fault": "lose_reply"}
    )
    try:
        pay(page, site, CARD_VISA)
        expect(page.locator("h1")).to_have_text("お支払いを確認中です")
        expect(page.locator("#payment-status")).to_contain_text("もう一度お支払いになる必要はありません")
        expect(page.get_by_role("button", name=re.compile("支払う"))).to_have_count(0)
        purchase.expect_cover()  # nobody presses anything
    finally:
        site.control("reset")


def test_a_way_back_that_nobody_confirms_is_not_called_unpaid_and_settles_itself(purchase: Purchase) -> None:
    page, site = purchase.page, purchase.site
    press(page)
    site.break_next(
        {"operation": "webhook", "fault": "never", "times": 10}, {"operation": "read", "fault": "status_500"}
    )
    try:
        pay(page, site, CARD_VISA)
        expect(page.locator("h1")).to_have_text("お支払いを確認中です")
        expect(page.get_by_role("button", name=re.compile("支払う"))).to_have_count(0)
        purchase.expect_cover()
    finally:
        site.control("reset")


def test_leaving_the_card_page_keeps_everything_and_something_can_be_changed(purchase: Purchase) -> None:
    page, site = purchase.page, purchase.site
    press(page)
    page.get_by_role("link", name="支払わずに戻る").click()
    expect(page.locator("h1")).to_have_text("お支払いはまだ済んでいません")
    expect(page.locator("main")).to_contain_text("入力した内容は残っています")
    page.get_by_role("button", name="支払いをやめて内容を直す").click()
    expect(page).to_have_url(f"{purchase.address}confirm/")
    expect(page.locator("main")).to_contain_text("青木工務店")
    assert purchase.look_up() == purchase.kept
    page.goto(f"{purchase.address}pay/")
    press(page)
    pay(page, site, CARD_VISA)
    purchase.expect_cover()


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without"])
def test_pressing_twice_on_both_pages_is_one_charge(
    site: RunningSite, open_browser: Callable[..., Page], script: bool
) -> None:
    purchase = Purchase.begin(site, open_browser(TELEPHONE, java_script_enabled=script))
    page = purchase.page
    page.locator("main .button.primary").dblclick()
    expect(page).to_have_url(re.compile(re.escape(site.cards)))
    assert purchase.state() == [("open", 1)]
    type_card(page, CARD_VISA)
    page.locator("form button").dblclick()
    purchase.expect_cover()
    assert purchase.state() == [("captured", 1)]


def test_going_back_after_paying_leads_to_the_cover_again(purchase: Purchase) -> None:
    page = purchase.page
    press(page)
    pay(page, purchase.site, CARD_VISA)
    purchase.expect_cover()
    for _ in range(2):  # over the card page to the page that asked for the payment
        page.go_back()
        purchase.expect_cover()
    page.goto(f"{purchase.address}company/")
    purchase.expect_cover()


def test_two_tabs_pay_once(purchase: Purchase) -> None:
    page, site = purchase.page, purchase.site
    other = page.context.new_page()
    forgotten = page.context.new_page()
    for tab in (other, forgotten):
        tab.goto(f"{purchase.address}pay/")
    press(page)
    press(other)
    expect(other).to_have_url(page.url)  # one card page for both
    type_card(other, "5555555555554444")
    pay(page, site, CARD_VISA)
    purchase.expect_cover()
    other.locator("form button").first.click()
    purchase.expect_cover(other)
    press(forgotten)  # opened before paying, pressed after it
    purchase.expect_cover(forgotten)
