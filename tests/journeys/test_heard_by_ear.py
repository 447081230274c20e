"""Every public page as a screen reader gets it: places, headings, names, tables, errors and what changes while one listens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import scenes_public
from tests.journeys.accessibility_tree import listen
from tests.journeys.conftest import DESKTOP, TELEPHONE
from tests.journeys.gallery import ENGLISH, SCENES, Visitor
from tests.journeys.hearing import hear
from tests.journeys.keyboard import Keyboard
from tests.journeys.site import RunningSite

pytestmark = pytest.mark.journey
BOTH_LANGUAGES = pytest.mark.parametrize(
    "prefix",
    [
        pytest.param("", marks=pytest.mark.xdist_group("ears-ja"), id="ja"),
        pytest.param(ENGLISH, marks=pytest.mark.xdist_group("ears-en"), id="en"),
    ],
)
WITHOUT_A_FRAME = {"outbox"}  # the demo's own, for those who look behind it
SAMPLE_ERRORS = "the list of errors has no focus"  # the list on the page of parts is a sample and takes none
UNFOLD = "() => document.querySelectorAll('details[data-fold]').forEach((part) => { part.open = true; })"
FACTS = "/premium/?industry=professional&sales=4800"
REFUSED = "/premium/?industry=&sales=x"


@BOTH_LANGUAGES
def test_every_public_page_can_be_followed_by_ear(
    site: RunningSite, open_browser: Callable[..., Page], prefix: str
) -> None:
    visitor = Visitor(site, open_browser(TELEPHONE).context, prefix)
    found: dict[str, list[str]] = {}
    heard = 0
    for scene in SCENES:
        if scene.show.__module__ != scenes_public.__name__ or scene.printed or scene.name in WITHOUT_A_FRAME:
            continue
        scene.show(visitor)
        for size, unfold in ((TELEPHONE, False), (TELEPHONE, True), (DESKTOP, False)):
            visitor.page.set_viewport_size(size)
            if unfold:
                visitor.page.evaluate(UNFOLD)
            findings = [one for one in hear(visitor.page) if scene.name != "parts" or one != SAMPLE_ERRORS]
            found |= {f"{scene.name} at {size['width']} px": findings} if findings else {}
            heard += 1
    assert found == {}
    assert heard > 140


@BOTH_LANGUAGES
def test_the_first_stop_of_every_kind_of_page_leads_past_its_head(
    site: RunningSite, open_browser: Callable[..., Page], prefix: str
) -> None:
    page = open_browser(TELEPHONE)
    paths = ("/", FACTS, "/cover/", "/incident-costs/", "/documents/", "/questions/", "/consultation/", "/legal/")
    for path in paths:
        page.goto(site.address + prefix + path)
        Keyboard(page).skip_to_main()


@BOTH_LANGUAGES
def test_a_calculation_is_said_in_the_place_that_was_there_before(
    site: RunningSite, open_browser: Callable[..., Page], prefix: str
) -> None:
    page = open_browser(DESKTOP)
    page.goto(f"{site.address}{prefix}{FACTS}")
    region = page.locator("#calculator-status")
    assert (region.get_attribute("role"), region.inner_text()) == ("status", "")
    before = region.element_handle()
    page.locator("select[name=start] option:not(:checked)").first.evaluate(
        "(option) => { option.selected = true; option.parentElement.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    expect(region).to_contain_text(re.compile(r"¥[\d,]+|[\d,]+円"))
    assert before.evaluate("(region) => region.isConnected"), "a region that is replaced is not announced"
    said = next(one for one in listen(page).of("status") if one.words)
    assert said.facts["live"] == "polite"


@BOTH_LANGUAGES
def test_what_a_search_finds_is_said_in_the_place_that_was_there_before(
    site: RunningSite, open_browser: Callable[..., Page], prefix: str
) -> None:
    page = open_browser(DESKTOP)
    page.goto(f"{site.address}{prefix}/questions/")
    before = page.locator("#search-status").element_handle()
    page.locator("#q").press_sequentially("bicycle")
    expect(page.locator("#search-status")).to_contain_text("bicycle")
    assert before.evaluate("(region) => region.isConnected")


@pytest.mark.xdist_group("ears-ja")
def test_a_refused_field_is_heard_with_what_is_wrong_with_it(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(TELEPHONE)
    page.goto(site.address + REFUSED)
    sales = next(one for one in listen(page).of("textbox"))
    assert sales.facts["invalid"] == "true"
    assert "「x」は金額として読めません。" in sales.description
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("select[name=industry]")).to_be_focused()


@pytest.mark.xdist_group("ears-ja")
def test_the_columns_of_a_table_laid_out_as_cards_are_heard_by_name(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(TELEPHONE)
    page.goto(f"{site.address}/cover/")
    assert not [one for one in listen(page).of("table") if one.name == "起きた事故と、支払われる額"]
    page.get_by_text("事故ごとの内訳と、ほかのプラン").click()
    assert page.locator(".draws tr").nth(1).evaluate("(row) => getComputedStyle(row).display") == "grid"
    table = next(one for one in listen(page).of("table") if one.name == "起きた事故と、支払われる額")
    assert [one.name for one in table.of("columnheader")] == [
        "起きたこと", "使う限度額", "かかった額", "支払われる額", "自社の負担", "限度額の残り",
    ]  # fmt: skip
    assert len(table.of("rowheader")) == 3
    assert len(table.of("cell")) == 15


# What somebody might do to a page, and what the ear must notice of it.
SPOILT = {
    "document.querySelector('main').append(document.createElement('main'))": "2 × main instead of one",
    "document.querySelector('.page-footer').replaceWith(...document.querySelector('.page-footer').childNodes)":
        "0 × contentinfo instead of one",
    "document.querySelector('.breadcrumb').removeAttribute('aria-label')": "navigation without a name",
    "document.querySelector('.breadcrumb').setAttribute('aria-label', 'メニュー')": "2 × navigation “メニュー”",
    "document.querySelector('main').insertAdjacentHTML('beforeend', '<h1>もう一つ</h1>')": "2 headings of the first level",
    "document.querySelector('main h1').outerHTML = '<p>題</p>'": "0 headings of the first level",
    "document.querySelector('main').insertAdjacentHTML('beforeend', '<h2>上</h2><h4>下</h4>')":
        "heading “下” of level 4 after one of level 2",
    "document.querySelector('.quote-card .button').textContent = ''": "link without a name",
    "document.querySelector('.quote-card .button').textContent = 'こちら'": "link “こちら” does not say where it leads",
    "document.querySelectorAll('.quote-card .button').forEach((link) => { link.textContent = '申込みへ'; })":
        "links “申込みへ” lead to different places",
    "document.querySelectorAll('.why-premium summary span').forEach((name) => name.remove())":
        "3 buttons “この保険料になる理由”",
    "document.querySelector('label[for=id_sales]').remove()": "textbox without a name",
    "document.querySelector('label[for=id_start]').textContent = document.querySelector('label[for=id_industry]').textContent":
        "2 fields “業種 必須” in “計算の条件”",
    "document.querySelector('.reach-us svg').removeAttribute('aria-hidden')": "picture neither named nor hidden",
    "document.querySelector('.plan-tiles').removeAttribute('aria-label')": "image without a name",
    "document.querySelector('.header-links a[hreflang], .menu a[hreflang]').removeAttribute('lang')":
        "link to en without its language",
}  # fmt: skip
SPOILT_TABLES = {
    "document.querySelector('.draws').setAttribute('role', 'presentation')": "3 tables are drawn, 2 are heard",
    "document.querySelector('.draws caption').remove()": "table without a name",
    "document.querySelector('.draws tr').setAttribute('role', 'presentation')": "heard are",
    "document.querySelector('.plan-table th').hidden = true": "heard are",
    "document.querySelectorAll('.draws th[scope=col]').forEach((th) => { th.outerHTML = '<td></td>'; })":
        "without column headers",
}  # fmt: skip
SPOILT_ERRORS = {
    "document.activeElement.blur()": "the list of errors has no focus",
    "document.querySelector('#id_sales').removeAttribute('aria-describedby')": "the message does not describe its field",
    "document.querySelector('#id_sales').removeAttribute('aria-invalid')": "a refused field does not say that it is",
    "document.querySelector('.error-summary li:last-child').remove()": "a refused field is not in the list",
    "document.querySelector('.error-summary a').href = '#nowhere'": "the list of errors leads nowhere",
    "document.querySelector('.error-summary').removeAttribute('role')": "nothing says so at once",
    "document.querySelector('#id_sales_error').remove()": "a refused field without its message",
}


@pytest.mark.xdist_group("ears-ja")
@pytest.mark.parametrize(
    ("path", "spoil", "finding"),
    [
        *((FACTS, *one) for one in SPOILT.items()),
        *(("/cover/", *one) for one in SPOILT_TABLES.items()),
        *((REFUSED, *one) for one in SPOILT_ERRORS.items()),
        ("/en/cover/", "document.querySelector('main p').textContent = '補償内容'", "Japanese not marked: 補償内容"),
    ],
)
def test_what_is_spoilt_on_a_page_is_noticed(
    site: RunningSite, open_browser: Callable[..., Page], path: str, spoil: str, finding: str
) -> None:
    page = open_browser(TELEPHONE)
    page.goto(site.address + path)
    page.evaluate(UNFOLD)
    assert hear(page) == []
    page.evaluate(f"() => {{ {spoil}; }}")
    noticed = hear(page)
    assert any(finding in one for one in noticed), noticed


@pytest.mark.xdist_group("ears-ja")
def test_a_place_that_is_replaced_while_one_listens_is_noticed(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(DESKTOP)
    page.goto(f"{site.address}{FACTS}")
    before = page.locator("#calculator-status").element_handle()
    page.evaluate("() => { const old = document.getElementById('calculator-status'); old.outerHTML = old.outerHTML; }")
    assert not before.evaluate("(region) => region.isConnected")
