"""A small business goes from the first page to its certificate: in Chromium, on a telephone and at a desk, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.buyer import CARD_VISA, fill_company, pay, press, sign_in
from tests.journeys.conftest import DESKTOP, TELEPHONE, look_at
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

CARD_DECLINED = "4000000000000002"
BUYERS = {
    ("ja", 390): ("10000017", "basic", "komuten@mihon.example"),
    ("ja", 1440): ("20000031", "pap", "kaikei@kakuu.example"),
    ("en", 390): ("10000041", "basic", "shoten@sample.example"),
    ("en", 1440): ("20000064", "pap", "zeirishi@reiji.example"),
}


def fill_in(page: Page, prefix: str, site: RunningSite, *, number: str, member_class: str, name: str) -> None:
    """Every step from the member check to the page that asks for payment, each looked at."""
    page.goto(f"{site.address}{prefix}/apply/?industry=professional&sales=4800&plan=P300")
    if page.locator("input[name=number]").count():
        look_at(page, f"{name}-10-member")
        page.locator("input[name=number]").fill(number)
        page.locator(f"input[name=member_class][value={member_class}]").check(force=True)
    else:
        look_at(page, f"{name}-10-start")
    press(page)
    expect(page).to_have_url(re.compile("/needs/"))
    for box in ("data_kept", "contract_demands"):
        page.locator(f"input[name={box}]").first.check(force=True)
    for radio in ("persons", "budget", "other_cover"):
        page.locator(f"input[name={radio}]").first.check(force=True)
    look_at(page, f"{name}-11-needs")
    press(page)
    expect(page).to_have_url(re.compile("/plan/"))
    look_at(page, f"{name}-12-plan")
    if not page.locator("input[name=plan][value=P300]").count():
        page.locator("input[name=sales]").fill("４，８００")
        press(page)
    page.locator("input[name=plan][value=P300]").check(force=True)
    look_at(page, f"{name}-13-plan-chosen")
    press(page)
    expect(page).to_have_url(re.compile(r"/documents/$"))
    for code in ("overview", "points_to_note", "privacy"):
        page.locator(f"main a[href*='/documents/{code}/']:not([href*=pdf])").first.click()
        look_at(page, f"{name}-14-document-{code}")
        press(page)
        expect(page).to_have_url(re.compile(r"/documents/(#.*)?$"))
    for box in page.locator("main form input[type=checkbox]").all():
        box.check(force=True)
    look_at(page, f"{name}-15-documents")
    press(page)
    expect(page).to_have_url(re.compile("/disclosure/"))
    for question in ("past_event", "notified_breach"):
        page.locator(f"input[name={question}][value=no]").check(force=True)
    look_at(page, f"{name}-16-disclosure")
    press(page)
    expect(page).to_have_url(re.compile("/company/"))
    fill_company(page)
    look_at(page, f"{name}-17-company")
    press(page)
    expect(page).to_have_url(re.compile("/confirm/"))
    for box in page.locator("main form input[type=checkbox]").all():
        box.check(force=True)
    look_at(page, f"{name}-18-confirm")
    press(page)
    expect(page).to_have_url(re.compile("/pay/"))
    look_at(page, f"{name}-19-pay")
    press(page)


@pytest.mark.parametrize(("language", "width"), list(BUYERS))
def test_a_small_business_buys_cover(
    site: RunningSite, open_browser: Callable[..., Page], language: str, width: int
) -> None:
    number, member_class, email = BUYERS[language, width]
    prefix = "/en" if language == "en" else ""
    page = open_browser(TELEPHONE if width == 390 else DESKTOP)
    page.goto(f"{site.address}{prefix}/")
    look_at(page, "01-first-page")
    page.goto(f"{site.address}{prefix}/premium/")
    look_at(page, "02-calculator")
    page.locator("select[name=industry]").select_option("professional")
    page.locator("input[name=sales]").fill("４，８００")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("192,840")
    look_at(page, "03-calculator-result")
    sign_in(page, site, prefix, email)
    fill_in(page, prefix, site, number=number, member_class=member_class, name="buy")
    pay(page, site, CARD_DECLINED)
    expect(page).to_have_url(re.compile(re.escape(site.cards)))
    pay(page, site, CARD_VISA)
    expect(page).to_have_url(re.compile("/paid/"))
    look_at(page, "buy-20-done")
    page.goto(f"{site.address}{prefix}/portal/")
    look_at(page, "buy-21-portal")

    owned = site.sql(
        "SELECT c.number, c.verification_code FROM certificates_certificate c JOIN parties_member m ON m.id = c.member_id "
        "WHERE m.number = %s AND c.section = 'paid'",
        number,
    )
    assert len(owned) == 1
    assert str(owned[0][0]) in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.locator("main a[href*='/portal/papers/']").first.click()
    assert download.value.suggested_filename.endswith(".pdf")
    page.goto(f"{site.address}{prefix}/verify/{owned[0][1]}/")
    look_at(page, "buy-22-verify")


def test_nobody_can_open_what_is_anothers(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    page = open_browser(DESKTOP)
    sign_in(page, site, "", "zoen@sample.example")
    papers = site.sql("SELECT id FROM documents_paper WHERE member_id IS NOT NULL")
    applications = site.sql("SELECT public_id FROM enrolment_application")
    assert papers
    assert applications
    for (paper,) in papers:
        assert page.request.get(f"{site.address}/portal/papers/{paper}/").status == 404
    for (application,) in applications:
        for part in ("", "confirm/", "pay/", "paid/", "status/", "needs/"):
            assert page.request.get(f"{site.address}/apply/{application}/{part}").status == 404


def test_who_has_left_is_told_so(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    page = open_browser(TELEPHONE)
    sign_in(page, site, "", "zoen@sample.example")
    page.goto(f"{site.address}/apply/")
    look_at(page, "30-has-left")
    page.goto(f"{site.address}/outside/?industry=medical&sales=3000")
    look_at(page, "31-outside")
    page.goto(f"{site.address}/demo/outbox/")
    look_at(page, "32-outbox")
