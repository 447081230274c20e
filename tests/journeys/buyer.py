"""What a person does on the way to cover, with mouse and keyboard, as the journeys need it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.desk import pass_second_step
from tests.journeys.site import RunningSite

CARD_VISA = "4242424242424242"
COMPANY = {
    "name": "見本会計事務所",
    "kana": "ﾐﾎﾝｶｲｹｲｼﾞﾑｼｮ",
    "representative": "見本 太郎",
    "corporate_number": "７００００１２０５０００２",
    "postcode": "１００－０００１",
    "prefecture": "東京都",
    "city": "千代田区千代田",
    "street": "1-1",
    "telephone": "０３－１２３４－５６７８",
}

LIVING: dict[tuple[str, str], Any] = {}  # the cookies of people of the staff who are signed in, by site and address


def sign_in(page: Page, site: RunningSite, prefix: str, email: str) -> None:
    """Ask for a code, read it from the page of mails, and enter; somebody of the staff gives the second step as well.

    Of the staff, a session that lives is entered again: an app's code works once, and the next one takes half a minute.
    """
    if (known := LIVING.get((site.address, email))) is not None:
        page.context.add_cookies(known)
        page.goto(f"{site.address}{prefix}/desk/")
        if "/sign-in/" not in page.url:
            return
        page.context.clear_cookies()
    give_mail_code(page, site, prefix, email)
    if "/sign-in/second/" in page.url:
        pass_second_step(page, site, email)
        expect(page).not_to_have_url(re.compile("/sign-in/"))
        LIVING[site.address, email] = page.context.cookies()
    expect(page).not_to_have_url(re.compile("/sign-in/"))


def give_mail_code(page: Page, site: RunningSite, prefix: str, email: str) -> None:
    """The first step alone."""
    page.goto(f"{site.address}{prefix}/sign-in/")
    page.locator("input[type=email]").fill(email)
    page.locator("main form button[type=submit], main form button:not([type])").first.click()
    expect(page).to_have_url(re.compile("/sign-in/code/"))
    page.locator("main form input[name=code]").fill(code_for(site, email))
    page.locator("main form button[type=submit], main form button:not([type])").first.click()
    expect(page).not_to_have_url(re.compile("/sign-in/code/"))


def code_for(site: RunningSite, email: str) -> str:
    """The newest code that was mailed to this address."""
    rows = site.sql(
        "SELECT body FROM documents_outboxmessage WHERE recipient = %s ORDER BY created_at DESC, id DESC LIMIT 1", email
    )
    found = re.search(r"^\s*([A-Z0-9]{3}-?[A-Z0-9]{3,5})\s*$", str(rows[0][0]), re.MULTILINE)
    assert found, rows[0][0]
    return found[1]


def press(page: Page) -> None:
    """The one main button of the page."""
    page.locator("main .button.primary").first.click()


def fill_company(page: Page) -> None:
    """The applicant is the insured; digits and kana as an IME leaves them."""
    for field, value in COMPANY.items():
        page.locator(f"main form [name={field}]").fill(value)
    page.locator("input[name=insured_is][value=same]").check(force=True)


def type_card(page: Page, number: str) -> None:
    """Fill in the processor's own page."""
    page.locator("input[name=number]").fill(number)
    page.locator("input[name=expiry]").fill("12/30")
    page.locator("input[name=cvc]").fill("123")
    page.locator("input[name=name]").fill("MIHON TARO")


def pay(page: Page, site: RunningSite, card: str) -> None:
    """Type a card on the processor's own page and send it."""
    expect(page).to_have_url(re.compile(re.escape(site.cards)))
    type_card(page, card)
    page.locator("form button").first.click()
