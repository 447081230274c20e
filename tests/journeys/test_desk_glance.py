"""A clerk finds a member and goes through its days, with the keyboard alone; and without scripts, too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.buyer import sign_in
from tests.journeys.conftest import DESKTOP, look_at
from tests.journeys.desk import OPERATOR
from tests.journeys.site import NewMember, RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("desk")]


@pytest.fixture
def member(site: RunningSite) -> NewMember:
    """On the list since April 2025, under another name since last month."""
    entered = site.enter_member("鶴亀文具店")
    site.sql(
        """INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name, name_kana, email,
             telephone, source)
           SELECT member_id, 'changed', DATE '2026-02-01', now(), member_class, '鶴亀事務機', 'ツルカメジムキ', email, telephone,
             'test'
           FROM parties_membershipfact f JOIN parties_member m ON m.id = f.member_id WHERE m.number = %s""",
        entered.number,
    )
    site.let_be_found()
    return entered


def test_a_member_is_found_from_anywhere_with_the_keyboard_alone(
    site: RunningSite, open_browser: Callable[..., Page], member: NewMember
) -> None:
    page = open_browser(DESKTOP)
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/")
    page.keyboard.press("/")
    expect(page.locator("#member-search")).to_be_focused()
    page.keyboard.type("つるかめ")
    found = page.locator(f"#found-at-once a[href='/desk/members/{member.number}/']")
    expect(found).to_contain_text("鶴亀事務機")
    look_at(page, "journey-desk-search")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#found-at-once a").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#member-search")).to_be_focused()
    expect(page.locator("#found-at-once a")).to_have_count(0)
    page.keyboard.press("/")  # in the field it is a letter like any other
    expect(page.locator("#member-search")).to_have_value(re.compile("/$"))
    page.locator("#member-search").fill(member.number)
    expect(found).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/desk/members/{member.number}/$"))


def test_arrow_keys_go_from_day_to_day_and_the_address_can_be_passed_on(
    site: RunningSite, open_browser: Callable[..., Page], member: NewMember
) -> None:
    page = open_browser(DESKTOP)
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/members/{member.number}/")
    slider = page.locator("#time-step")
    slider.focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"\?on=2025-04-01"))
    expect(slider).to_be_focused()
    expect(page.locator("h1")).to_contain_text("鶴亀文具店")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"\?on=2026-02-01"))
    expect(page.locator("h1")).to_contain_text("鶴亀事務機")
    assert slider.get_attribute("aria-valuetext") == "2026年2月1日　会員名簿の変更"
    page.locator("a", has_text="その日に分かっていた内容で見る").click()
    expect(page).to_have_url(re.compile(r"\?on=2026-02-01&known=2026-02-01"))
    expect(page.locator("main")).to_contain_text("まだ何も記録されていませんでした")  # it was recorded today


def test_without_scripts_the_forms_and_links_do_the_same(
    site: RunningSite, open_browser: Callable[..., Page], member: NewMember
) -> None:
    page = open_browser(DESKTOP, java_script_enabled=False)
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/")
    page.locator("#member-search").fill(member.number)
    page.locator("#member-search").press("Enter")
    expect(page).to_have_url(re.compile(rf"/desk/members/{member.number}/$"))  # the only one is opened at once
    expect(page.locator("#time-step")).to_be_hidden()
    page.locator("a[rel=prev]").click()
    expect(page).to_have_url(re.compile(r"\?on=2026-02-01"))
    page.locator("#on").fill("2025-05-01")
    page.locator("main .as-at button").click()
    expect(page.locator("h1")).to_contain_text("鶴亀文具店")
