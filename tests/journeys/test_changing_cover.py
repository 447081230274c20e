"""A paid cover changed in a browser: by the member, who pays for more and cancels with a refund, and by a clerk in retrospect."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.buyer import CARD_VISA, pay, press, sign_in
from tests.journeys.conftest import DESKTOP, TELEPHONE, look_at
from tests.journeys.desk import OPERATOR
from tests.journeys.quick_applicant import QuickApplicant
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def buy(site: RunningSite, page: Page) -> tuple[str, date]:
    """A member of its own buys cover: number and first day."""
    member = site.enter_member("見本金物店")
    QuickApplicant(page, site, member).open("pay")
    press(page)
    pay(page, site, CARD_VISA)
    expect(page.locator("h1")).to_have_text("加入の手続きが終わりました", timeout=20_000)
    number, starts_on = site.sql(
        "SELECT c.number, c.starts_on FROM certificates_certificate c JOIN parties_member m ON m.id = c.member_id "
        "WHERE m.number = %s AND c.section = 'paid'",
        member.number,
    )[0]
    assert isinstance(starts_on, date)
    return str(number), starts_on


def log_of(site: RunningSite, number: str) -> list[tuple[object, ...]]:
    return site.sql(
        "SELECT t.seq, t.kind FROM certificates_transaction t JOIN certificates_certificate c ON c.id = t.certificate_id "
        "WHERE c.number = %s ORDER BY t.seq",
        number,
    )


def test_a_member_pays_for_more_and_cancels_with_a_refund(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    page = open_browser(TELEPHONE)
    number, _ = buy(site, page)
    page.goto(f"{site.address}/portal/")
    page.locator("main a", has_text="契約内容を変える").click()
    page.locator("input[name=plan][value=P300]").check(force=True)
    press(page)
    expect(page.locator("main")).to_contain_text("追加保険料")
    press(page)
    expect(page.locator("h1")).to_have_text("追加保険料のお支払い")
    assert log_of(site, number) == [(1, "new")]
    press(page)
    pay(page, site, CARD_VISA)
    expect(page.locator("h1")).to_have_text("変更の手続きが終わりました", timeout=20_000)
    look_at(page, "journey-change-paid")

    page.goto(f"{site.address}/portal/cover/{number}/cancel/")
    page.locator("input[name=day]").nth(1).check(force=True)
    press(page)
    expect(page.locator("main")).to_contain_text("お返しする先")
    page.locator("main .button.destructive").dblclick()
    expect(page.locator("h1")).to_have_text("解約の手続きが終わりました")
    assert log_of(site, number) == [(1, "new"), (2, "change"), (3, "cancellation")]
    page.goto(f"{site.address}/portal/")
    expect(page.locator("main")).to_contain_text("に解約されます")


def test_a_clerk_decides_a_conflict_reverses_and_the_past_answers_as_before(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    number, starts_on = buy(site, open_browser(TELEPHONE))
    page = open_browser(DESKTOP)
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/members/?q={number}")
    page.locator("main a", has_text=number).first.click()
    later = starts_on + timedelta(days=70)
    change(page, later, "青木商事")
    page.locator("main button[value=confirm]").click()
    expect(page).to_have_url(re.compile(rf"/desk/certificates/{number}/$"))

    change(page, starts_on + timedelta(days=5), "青木設備")
    page.locator("main button[value=confirm]").click()
    expect(page.locator("main")).to_contain_text("どちらかを選んでください")
    look_at(page, "journey-desk-conflict")
    page.locator("input[type=radio][value=replace]").check(force=True)
    page.locator("main button[value=confirm]").click()
    expect(page.locator(".chronology li")).to_have_count(4)

    question = f"?on={later}&known=2026-11-01"
    page.goto(f"{site.address}/desk/certificates/{number}/{question}")
    before = page.locator("main").inner_text()
    page.goto(f"{site.address}/desk/certificates/{number}/reverse/3/")
    page.locator("input[name=reason]").fill("届出の誤りのため")
    press(page)
    page.locator("main button[value=confirm]").click()
    expect(page.locator(".chronology li.undone")).to_have_count(1)
    page.goto(f"{site.address}/desk/certificates/{number}/{question}")
    assert page.locator("main").inner_text() == before


def change(page: Page, day: date, name: str) -> None:
    """Another insured from that day on, up to the preview."""
    page.locator("main a", has_text="内容を変える").click()
    page.locator("summary", has_text="記名被保険者").click()
    page.locator("input[name=insured__name]").fill(name)
    page.locator("input[name=day]").fill(day.isoformat())
    page.locator("input[name=reason]").fill("届出のため")
    press(page)
    expect(page.locator("main")).to_contain_text(name)
