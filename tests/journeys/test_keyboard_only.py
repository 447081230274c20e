"""From the first page to the paid certificate without a mouse, the focus seen at every stop."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.buyer import CARD_VISA, COMPANY, code_for
from tests.journeys.conftest import DESKTOP
from tests.journeys.keyboard import Keyboard
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_cover_is_bought_with_the_keyboard_alone(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    member = site.enter_member("見本会計事務所")
    page = open_browser(DESKTOP)
    keys = Keyboard(page)
    page.goto(f"{site.address}/")
    keys.skip_to_main()
    keys.go("main a[href$='/premium/']")
    calculate(keys)
    keys.go("main a[href*='plan=P300']")
    sign_in(keys, site, member.email)
    fill_in(keys, member.number)
    pay(keys, site)
    expect(page).to_have_url(re.compile("/paid/"))
    keys.skip_to_main()
    keys.go("main a[href$='/portal/']")
    expect(page).to_have_url(re.compile("/portal/$"))
    keys.skip_to_main()
    keys.tab_to("main a[href*='/portal/papers/']")
    with page.expect_download() as download:
        keys.press("Enter")
    assert download.value.suggested_filename.endswith(".pdf")
    assert site.sql(
        "SELECT count(*) FROM certificates_certificate c JOIN parties_member m ON m.id = c.member_id WHERE m.number = %s",
        member.number,
    ) == [(1,)]
    assert keys.stops > 60  # the way was walked stop by stop


def calculate(keys: Keyboard) -> None:
    """Three plans for an accountant with 4,800万円, typed in full width; then by the arrows back and forth."""
    expect(keys.page).to_have_url(re.compile("/premium/"))
    keys.skip_to_main()
    keys.select("select[name=industry]", "professional")
    keys.type_into("input[name=sales]", "４，８００")
    keys.press("Enter")
    expect(keys.page.locator("main")).to_contain_text("192,840")


def sign_in(keys: Keyboard, site: RunningSite, email: str) -> None:
    expect(keys.page).to_have_url(re.compile("/sign-in/"))
    keys.skip_to_main()
    keys.type_into("main input[type=email]", email)
    keys.press("Enter")
    expect(keys.page).to_have_url(re.compile("/sign-in/code/"))
    keys.skip_to_main()
    keys.type_into("main input[name=code]", code_for(site, email))
    keys.press("Enter")
    expect(keys.page).to_have_url(re.compile("/apply/"))


def fill_in(keys: Keyboard, number: str) -> None:
    """Every step of the application, sent with Enter on its main button."""
    page = keys.page
    keys.skip_to_main()
    keys.type_into("main input[name=number]", number)
    keys.choose("member_class", "basic")
    go_on(keys, "/needs/")
    refuse_once(keys)
    keys.tick("input[name=data_kept]")
    keys.choose("persons", "over_10000")
    keys.tick("input[name=contract_demands]")
    keys.choose("budget", "up_to_100000")
    keys.choose("other_cover", "no")
    go_on(keys, "/plan/")
    keys.skip_to_main()
    keys.choose("plan", "P300")
    go_on(keys, r"/documents/(#.*)?$")
    for code in ("overview", "points_to_note", "privacy"):
        keys.go(f"main a[href$='/documents/{code}/']")
        expect(page).to_have_url(re.compile(f"/documents/{code}/"))
        keys.skip_to_main()
        go_on(keys, r"/documents/(#.*)?$")
    for place in range(page.locator("main form input[type=checkbox]").count()):
        box = page.locator("main form input[type=checkbox]").nth(place).get_attribute("id")
        keys.tick(f"#{box}")
    go_on(keys, "/disclosure/")
    keys.skip_to_main()
    for question in ("past_event", "notified_breach"):
        keys.choose(question, "no")
    go_on(keys, "/company/")
    fill_company(keys)
    go_on(keys, "/confirm/")
    keys.skip_to_main()
    for box in page.locator("main form input[type=checkbox]").all():
        keys.tick(f"#{box.get_attribute('id')}")
    go_on(keys, "/pay/")
    keys.skip_to_main()
    keys.go("main .button.primary")


def go_on(keys: Keyboard, address: str) -> None:
    keys.go("main .button.primary")
    expect(keys.page).to_have_url(re.compile(address))


def refuse_once(keys: Keyboard) -> None:
    """Sent empty, the page puts the focus on the list of what is missing; its first link leads into the form, and back."""
    keys.skip_to_main()
    keys.go("main .button.primary")
    expect(keys.page.locator("[data-error-summary]")).to_be_focused()
    keys.tab()
    assert keys.is_at("[data-error-summary] a")
    keys.press("Enter")
    keys.tab()
    keys.tab_to("[data-error-summary] a", back=True)


def fill_company(keys: Keyboard) -> None:
    """Field by field; the address begins from the postcode."""
    keys.skip_to_main()
    for field in ("name", "kana", "representative", "corporate_number", "postcode"):
        keys.type_into(f"main [name={field}]", COMPANY[field])
    keys.go("main button[value=postcode]")
    expect(keys.page.locator("[name=city]")).to_have_value("千代田区千代田")
    keys.type_into("main [name=street]", COMPANY["street"])
    keys.type_into("main [name=telephone]", COMPANY["telephone"])
    keys.choose("insured_is", "same")


def pay(keys: Keyboard, site: RunningSite) -> None:
    expect(keys.page).to_have_url(re.compile(re.escape(site.cards)))
    for field, text in (("number", CARD_VISA), ("expiry", "12/30"), ("cvc", "123"), ("name", "MIHON TARO")):
        keys.type_into(f"input[name={field}]", text)
    keys.go("form button")


@pytest.mark.parametrize("hidden", ["outline: none !important", "outline-color: transparent !important"])
def test_a_page_whose_focus_is_not_to_be_seen_is_noticed(chromium: Browser, hidden: str) -> None:
    page = chromium.new_page()
    page.set_content(f"<style>a:focus-visible {{ {hidden} }}</style><a href='#here'>次へ</a>")
    with pytest.raises(AssertionError, match="no ring is drawn"):
        Keyboard(page).tab()
    page.close()


def test_a_focus_under_something_else_is_noticed(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        "<style>a:focus-visible { outline: 3px solid }</style><a href='#here'>次へ</a>"
        "<div style='position: fixed; inset: 0; background: white'></div>"
    )
    with pytest.raises(AssertionError, match="something lies over it"):
        Keyboard(page).tab()
    page.close()
