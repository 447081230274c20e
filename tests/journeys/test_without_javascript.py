"""A browser that runs no script: the calculator, the postcode and the whole way to the certificate; and what htmx adds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.buyer import CARD_VISA, COMPANY, fill_company, pay, press, sign_in
from tests.journeys.conftest import DESKTOP, TELEPHONE
from tests.journeys.quick_applicant import QuickApplicant
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
TYPED = {
    **COMPANY,
    "postcode": "５３０ー０００１",
    "prefecture": "",
    "city": "",
    "building": "見本ビル 3階",
    "insured_name": "見本設備",
    "insured_relation": "子会社",
}


def at_the_company_step(page: Page, site: RunningSite) -> None:
    """The form is filled in as by somebody who doesn't know the rest of the address."""
    QuickApplicant(page, site, site.enter_member("サンプル商店")).open("company")
    for field, text in TYPED.items():
        page.locator(f"main form [name={field}]").fill(text)
    page.locator("input[name=insured_is][value=other]").check(force=True)
    page.locator("input[name=explained_to_insured]").check(force=True)


def ask_for_the_address(page: Page) -> None:
    page.get_by_role("button", name="郵便番号から住所を入れる").click()


def expect_everything_kept(page: Page, **found: str) -> None:
    for field, text in {**TYPED, **found}.items():
        expect(page.locator(f"main form [name={field}]"), field).to_have_value(text)
    expect(page.locator("input[name=insured_is][value=other]")).to_be_checked()
    expect(page.locator("input[name=explained_to_insured]")).to_be_checked()


def test_the_postcode_brings_the_address_into_the_open_page(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(TELEPHONE)
    at_the_company_step(page, site)
    opened: list[str] = []
    page.on("framenavigated", lambda frame: opened.append(frame.url))
    ask_for_the_address(page)
    expect(page.locator("#postcode-found")).to_contain_text("番地を足してください")
    expect_everything_kept(page, prefecture="大阪府", city="大阪市北区梅田")
    page.locator("[name=postcode]").fill("000-0000")
    ask_for_the_address(page)
    expect(page.locator("#postcode-found")).to_contain_text("見つかりません")
    expect_everything_kept(page, prefecture="大阪府", city="大阪市北区梅田", postcode="000-0000")
    assert opened == []
    page.locator("[name=postcode]").fill(COMPANY["postcode"])
    page.locator("[name=insured_kana]").fill("みほんせつび")
    page.locator("[name=insured_address]").fill("大阪府大阪市北区梅田1-2")
    press(page)
    expect(page).to_have_url(re.compile("/confirm/"))


def test_the_postcode_brings_the_address_without_javascript(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(TELEPHONE, java_script_enabled=False)
    at_the_company_step(page, site)
    ask_for_the_address(page)
    expect_everything_kept(page, prefecture="大阪府", city="大阪市北区梅田")
    page.locator("[name=postcode]").fill("000-0000")
    ask_for_the_address(page)
    expect(page.locator("main")).to_contain_text("この郵便番号の住所が見つかりません")
    expect_everything_kept(page, prefecture="大阪府", city="大阪市北区梅田", postcode="000-0000")


def test_the_calculator_answers_without_javascript(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    page = open_browser(TELEPHONE, java_script_enabled=False)
    page.goto(f"{site.address}/premium/")
    page.locator("select[name=industry]").select_option("professional")
    press(page)
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("select[name=industry]")).to_have_value("professional")
    page.locator("input[name=sales]").fill("４，８００")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("192,840")
    expect(page.locator("output[data-echo]")).to_contain_text("48,000,000円（4,800万円）")
    page.get_by_role("button", name="見積書をつくる").click()
    expect(page).to_have_url(re.compile("/quotes/"))
    with page.expect_download() as download:
        page.locator("main a.primary").click()
    assert download.value.suggested_filename.endswith(".pdf")


def test_cover_is_bought_without_javascript(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    member = site.enter_member("見本会計事務所")
    page = open_browser(DESKTOP, java_script_enabled=False)
    sign_in(page, site, "", member.email)
    page.goto(f"{site.address}/premium/?industry=professional&sales=4800")
    page.locator("main a[href*='plan=P300']").click()
    page.locator("input[name=number]").fill(member.number)
    page.locator("input[name=member_class][value=basic]").check()
    press(page)
    for box in ("data_kept", "contract_demands", "persons", "budget", "other_cover"):
        page.locator(f"input[name={box}]").first.check()
    press(page)
    expect(page.locator("input[name=plan][value=P300]")).to_be_checked()  # as on the calculator's page
    press(page)
    for code in ("overview", "points_to_note", "privacy"):
        page.locator(f"main a[href$='/documents/{code}/']").click()
        press(page)
    for box in page.locator("main form input[type=checkbox]").all():
        box.check()
    press(page)
    for question in ("past_event", "notified_breach"):
        page.locator(f"input[name={question}][value=no]").check()
    press(page)
    fill_company(page)
    press(page)
    expect(page).to_have_url(re.compile("/confirm/"))
    for box in page.locator("main form input[type=checkbox]").all():
        box.check()
    press(page)
    press(page)
    pay(page, site, CARD_VISA)
    expect(page).to_have_url(re.compile("/paid/"))
    expect(page.locator("h1")).to_have_text("加入の手続きが終わりました")
    press(page)
    with page.expect_download() as download:
        page.locator("main a[href*='/portal/papers/']").first.click()
    assert download.value.suggested_filename.endswith(".pdf")
