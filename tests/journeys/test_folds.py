"""What begins closed on a telephone: closed there and nowhere else, found by its address, and open without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, TELEPHONE
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("folds")]
LONGEST = {  # pixels on a telephone, in Japanese
    "/": 8_000,
    "/cover/": 8_500,
    "/incident-costs/?incident=ransomware": 6_000,
}


@pytest.mark.parametrize(("path", "longest"), LONGEST.items())
def test_a_page_is_not_longer_than_this_on_a_telephone(
    site: RunningSite, open_browser: Callable[..., Page], path: str, longest: int
) -> None:
    page = open_browser(TELEPHONE)
    page.goto(site.address + path)
    assert page.evaluate("document.documentElement.scrollHeight") <= longest


def test_folds_are_closed_on_a_telephone_and_open_at_a_desk(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(TELEPHONE)
    page.goto(f"{site.address}/cover/")
    example = page.get_by_text("メールの誤送信でお客さまの情報が漏れ")
    expect(example).to_be_hidden()
    page.locator(".cost-line summary").first.click()
    expect(example).to_be_visible()
    page.set_viewport_size(DESKTOP)
    expect(page.locator(".glossary")).to_be_visible()
    expect(page.locator(".fold > summary:visible")).to_have_count(0)
    page.set_viewport_size(TELEPHONE)
    expect(page.locator(".glossary")).to_be_hidden()


def test_an_address_within_a_fold_opens_it(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    page = open_browser(TELEPHONE)
    page.goto(f"{site.address}/cover/#words")
    expect(page.locator(".glossary")).to_be_visible()
    page.goto(f"{site.address}/cover/")
    page.locator(".contents a[href='#words']").click()
    expect(page.locator(".glossary")).to_be_in_viewport()


def test_without_javascript_and_on_paper_nothing_is_folded(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    plain = open_browser(TELEPHONE, java_script_enabled=False)
    plain.goto(f"{site.address}/cover/")
    expect(plain.locator(".glossary")).to_be_visible()
    printed = open_browser(TELEPHONE)
    printed.goto(f"{site.address}/cover/")
    printed.emulate_media(media="print")
    expect(printed.locator(".glossary")).to_be_visible()


def test_a_choice_that_has_the_focus_stays_open_when_its_answer_arrives(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(TELEPHONE)
    page.goto(f"{site.address}/incident-costs/")
    page.locator("input[type=radio][value=ransomware]").focus()
    page.keyboard.press("Space")
    expect(page.locator("#answer")).to_be_visible()
    expect(page.locator("input[type=radio][value=ransomware]")).to_be_focused()
    page.goto(f"{site.address}/incident-costs/?incident=ransomware")
    expect(page.locator("input[type=radio][value=ransomware]")).to_be_hidden()
    page.get_by_text("ランサムウェアを選んでいます").click()
    expect(page.locator("input[type=radio][value=ransomware]")).to_be_visible()
