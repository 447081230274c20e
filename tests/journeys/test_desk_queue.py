"""The queue in a browser: with the keyboard alone, by two people at once, and with news of what changed while it was looked at."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.buyer import sign_in
from tests.journeys.conftest import DESKTOP, TABLET, look_at
from tests.journeys.desk import OPERATOR
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("desk")]
QUESTION = """
    INSERT INTO contact_consultation (token, number, form_key, kind, product_version_id, name, kana, firm, email, telephone,
        preferred_time, member_number, industry, message, language, shown, shown_digest, received_at)
    SELECT %s, %s, %s, 'question', max(id), '例示 花子', '', %s, 'x@sample.example', '', 'any', '', '', '届いたばかりの質問', 'ja',
        '{}', 'x', now() FROM programmes_productversion RETURNING id
"""


def ask(site: RunningSite, firm: str) -> str:
    """A question that has just come in; its key."""
    token = secrets.token_hex(8)
    return str(site.sql(QUESTION, token, token[:12], token, firm)[0][0])


def holder_of(site: RunningSite, key: str) -> list[tuple[object, ...]]:
    return site.sql(
        """SELECT person.email FROM work_worknote AS note JOIN parties_user AS person ON person.id = note.assignee_id
           WHERE note.kind = 'question' AND note.key = %s""",
        key,
    )


def test_work_is_found_taken_and_laid_aside_with_the_keyboard_alone(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    firm = f"例示{secrets.token_hex(3)}"
    key = ask(site, firm)
    page = open_browser(DESKTOP)
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/?q={firm}")
    page.keyboard.press("j")
    expect(page.locator("tr[data-row]:focus")).to_contain_text(firm)
    page.keyboard.press("x")
    expect(page.locator("[data-chosen-count]")).to_have_text("1件")
    page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("1件を引き受けました。")
    assert holder_of(site, key) == [(OPERATOR,)]
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("#work-until")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("まで休ませます。")
    expect(page.locator("main")).to_contain_text("この絞り込みに当たる仕事はありません。")


def test_letters_are_letters_where_something_is_typed_and_can_be_switched_off(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    key = ask(site, "例示")
    page = open_browser(DESKTOP)
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/")
    page.locator("#work-words").press_sequentially("jxas?")
    expect(page.locator("#work-words")).to_have_value("jxas?")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("[data-keys-shown]").click()
    page.locator("[data-keys-off]").check()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("tr[data-row]:focus")).to_have_count(0)
    assert holder_of(site, key) == []


def test_news_come_without_moving_anything_and_the_list_is_renewed_when_asked(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(DESKTOP)
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/?sort=newest")
    page.keyboard.press("j")
    focused = page.locator("tr[data-row]:focus").inner_text()
    firm = f"例示{secrets.token_hex(3)}"
    ask(site, firm)
    before = page.evaluate("[scrollY, document.querySelector('table.work').getBoundingClientRect().top]")
    page.evaluate("htmx.trigger(document.querySelector('[data-work-news]'), 'look')")
    expect(page.locator("[data-work-news]")).to_contain_text("新しい仕事 1件。")
    assert page.locator("tr[data-row]:focus").inner_text() == focused
    after = page.evaluate("[scrollY, document.querySelector('table.work').getBoundingClientRect().top]")
    assert after == before
    assert firm not in page.locator("main").inner_text()
    page.locator("[data-work-news] a").click()
    expect(page.locator("tr[data-row]").first).to_contain_text(firm)
    expect(page.locator("[data-work-news]")).to_have_text("")


def test_a_hidden_tab_asks_for_nothing(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    page = open_browser(TABLET)
    page.clock.install()
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/")
    look_at(page, "desk-home-tablet")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/changes/" in request.url else None)
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true})")
    page.clock.run_for(61_000)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'visible', configurable: true})")
    with page.expect_request(lambda request: "/changes/" in request.url):
        page.clock.run_for(21_000)


def test_without_a_script_work_is_taken_and_given_back(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    firm = f"例示{secrets.token_hex(3)}"
    key = ask(site, firm)
    page = open_browser(DESKTOP, java_script_enabled=False)
    sign_in(page, site, "", OPERATOR)
    page.goto(f"{site.address}/desk/?q={firm}")
    expect(page.locator("[data-keys-shown]")).to_be_hidden()
    page.locator("button[name=take]").click()
    assert holder_of(site, key) == [(OPERATOR,)]
    page.locator("input[name=work]").check()
    page.locator("button[value=give_back]").click()
    assert holder_of(site, key) == []
