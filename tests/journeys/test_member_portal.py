"""A member's own pages in a browser: free cover alone, both covers, after leaving, and the split of a premium taken away."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.buyer import sign_in
from tests.journeys.conftest import DESKTOP, TELEPHONE
from tests.journeys.keyboard import Keyboard
from tests.journeys.members_in_states import give_free_cover, let_act, tell, today_of
from tests.journeys.site import NewMember, RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
BOUGHT = ("10000059", "joho@mihon.example")  # the demo's own, with a paid plan in force
Opened = Callable[..., Page]


def member_page(site: RunningSite, page: Page, name: str) -> NewMember:
    member = site.enter_member(name)
    sign_in(page, site, "", member.email)
    let_act(site, member.number, member.email)
    return member


def downloaded(page: Page, press: Callable[[], None]) -> bytes:
    with page.expect_download() as download:
        press()
    return Path(download.value.path()).read_bytes()


def test_with_free_cover_alone_the_window_is_one_press_away_on_a_telephone(
    site: RunningSite, open_browser: Opened
) -> None:
    page = open_browser(TELEPHONE)
    member = member_page(site, page, "見本食堂")
    page.goto(f"{site.address}/portal/")
    expect(page.locator("main")).to_contain_text("加入者証を準備しています")
    give_free_cover(site, member.number)
    page.reload()
    expect(page.locator("#free-cover + .status")).to_have_text("補償中")
    page.locator(".reach-us a.emergency").click()
    number = page.locator("#emergency .call-number")
    expect(number).to_be_in_viewport()
    expect(number).to_have_attribute("href", "tel:0120008588")


def test_with_both_the_hotline_stands_first_and_the_books_are_taken_away(
    site: RunningSite, open_browser: Opened
) -> None:
    page = open_browser(DESKTOP)
    give_free_cover(site, BOUGHT[0])
    sign_in(page, site, "", BOUGHT[1])
    page.goto(f"{site.address}/portal/")
    expect(page.locator("#emergency .call-number")).to_have_attribute("href", "tel:0120000000")
    expect(page.locator(".cover-head h2")).to_have_text("5億円プラン")
    expect(page.locator("#free-cover + .status")).to_have_text("補償中")
    page.locator("main a[href*='/portal/accounting/']").first.click()
    page.locator("select[name=closing_month]").select_option("9")
    page.locator(".closing-month button").click()
    total = page.locator("tfoot .number").first.inner_text().replace(",", "").removesuffix("円")
    kept = zipfile.ZipFile(io.BytesIO(downloaded(page, page.locator("main a[href*='/bundle/']").click)))
    journal = next(kept.read(name) for name in kept.namelist() if name.endswith("_journal.csv"))
    lines = list(csv.DictReader(io.StringIO(journal.decode("utf-8-sig"), newline="")))
    assert sum(int(line["金額"]) for line in lines if line["借方勘定科目"] == "保険料") == int(total)
    assert any(name.endswith("_領収書.pdf") for name in kept.namelist())
    yayoi = next(kept.read(name) for name in kept.namelist() if name.endswith("_yayoi.csv"))
    rows = list(csv.reader(io.StringIO(yayoi.decode("cp932"), newline="")))
    assert {len(row) for row in rows} == {25}
    assert len(rows) == len(lines)
    assert site.sql("SELECT count(*) FROM billing_booksclosing b JOIN parties_member m ON m.id = b.member_id "
                    "WHERE m.number = %s AND b.closing_month = 9", BOUGHT[0]) == [(1,)]  # fmt: skip


def test_who_has_left_reads_what_is_left_and_takes_the_data_along(site: RunningSite, open_browser: Opened) -> None:
    page = open_browser(TELEPHONE)
    member = member_page(site, page, "サンプル印刷")
    give_free_cover(site, member.number, ends_on=today_of(site))
    tell(site, member.number, "left", today_of(site) - timedelta(days=30))
    page.goto(f"{site.address}/portal/")
    expect(page.locator(".notice.warning")).to_contain_text("会員ではなくなっています")
    expect(page.locator("main a[href$='/apply/']")).to_have_count(0)
    page.goto(f"{site.address}/portal/data/")
    kept = zipfile.ZipFile(io.BytesIO(downloaded(page, page.locator("main form button").click)))
    data = json.loads(kept.read("data.json"))
    assert [fact["kind"] for fact in data["membership"]] == ["joined", "left"]
    assert [one["section"] for one in data["certificates"]] == ["free"]


def test_the_pages_of_a_member_are_walked_with_the_keyboard_alone(site: RunningSite, open_browser: Opened) -> None:
    page = open_browser(DESKTOP)
    member = member_page(site, page, "見本看板")
    give_free_cover(site, member.number)
    keys = Keyboard(page)
    page.goto(f"{site.address}/portal/notices/")
    keys.skip_to_main()
    keys.tab_to("main form button")
    keys.press("Enter")
    expect(page.locator("main")).to_contain_text("未読はありません。")
    page.goto(f"{site.address}/portal/data/")
    keys.skip_to_main()
    keys.go("main a[href$='/data/correct/']")
    expect(page).to_have_url(re.compile("/data/correct/"))
    keys.skip_to_main()
    keys.type_into("main input[name=telephone]", "03-2222-3333")
    keys.press("Enter")
    expect(page.locator("main")).to_contain_text("これまでのお申し出")
    keys.skip_to_main()
    keys.go("main a[href$='/data/erase/']")
    expect(page.locator("main h1")).to_have_text("消せるものと、残すもの")
