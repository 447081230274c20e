"""The organiser's list at the desk, in a browser: from the file to a member who may join, and what the brake and bad rows do."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.buyer import sign_in
from tests.journeys.conftest import DESKTOP, TELEPHONE, look_at
from tests.journeys.desk import HEADINGS, OPERATOR, ORGANISER, SECOND_PERSON, hand_in, list_of
from tests.journeys.members_in_states import give_free_cover, let_act
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("desk")]


def test_a_list_is_handed_in_tried_out_and_applied_and_the_new_member_may_join(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(DESKTOP)
    sign_in(page, site, "", OPERATOR)
    joining = "81000017,basic,新見本工務店,shinmihon@sample.example"
    hand_in(page, site, "", list_of([*site.members_on_file(), joining], f"{HEADINGS},メールアドレス"))
    expect(page.locator("main")).to_contain_text("まだ何も変わっていません")
    expect(page.locator(".counts li", has_text="入会").first).to_contain_text("1件")
    look_at(page, "journey-desk-dry-run")
    page.locator("main .button.primary").click()
    page.locator("main .button.primary").click()
    expect(page.locator("main h1")).to_contain_text("適用済み")
    member = open_browser(TELEPHONE)
    sign_in(member, site, "", "shinmihon@sample.example")
    member.goto(f"{site.address}/apply/")
    member.locator("input[name=number]").fill("81000017")
    member.locator("input[name=member_class][value=basic]").check(force=True)
    member.locator("main .button.primary").click()
    expect(member).to_have_url(re.compile("/apply/[^/]{20,}/"))


def test_a_change_of_class_runs_from_the_file_through_the_free_certificate_to_the_members_own_page(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    member = site.enter_member("区分の変わる商店")
    give_free_cover(site, member.number)
    page = open_browser(DESKTOP)
    sign_in(page, site, "", OPERATOR)
    rows = [
        row.replace(",basic,", ",total,") if row.startswith(member.number) else row for row in site.members_on_file()
    ]
    hand_in(page, site, "", list_of(rows))
    change = page.locator("main table tr", has_text=member.number)
    expect(page.locator(".counts li", has_text="会員種別の変更").first).to_contain_text("1件")
    expect(change).to_contain_text("あんしん保守サポート ベーシックプラン")
    expect(change).to_contain_text("あんしん保守サポート トータルプラン")
    look_at(page, "journey-desk-class-change")
    assert noted_classes(site, member.number) == []
    page.locator("main .button.primary").click()
    page.locator("main .button.primary").click()
    expect(page.locator("main h1")).to_contain_text("適用済み")
    wait_for(lambda: noted_classes(site, member.number)[-1:] == ["total"])
    assert certificates_of(site, member.number) == [(None,)]  # the product says that it goes on
    own = open_browser(TELEPHONE)
    sign_in(own, site, "", member.email)
    let_act(site, member, member.email)
    own.goto(f"{site.address}/portal/")
    expect(own.locator("aside dl.facts")).to_contain_text("あんしん保守サポート トータルプラン")
    expect(own.locator("aside dl.facts")).to_contain_text("に区分が変わりました。")
    expect(own.locator("main")).to_contain_text("補償中")
    look_at(own, "journey-portal-class-change")


def noted_classes(site: RunningSite, number: str) -> list[object]:
    """The classes that the log of the member's free certificate says, in order."""
    found = site.sql(
        """SELECT t.patch->>'member_class' FROM certificates_transaction t JOIN certificates_certificate c
             ON c.id = t.certificate_id JOIN parties_member m ON m.id = c.member_id
           WHERE m.number = %s AND c.section = 'free' AND t.patch ? 'member_class' ORDER BY t.effective_date, t.seq""",
        number,
    )
    return [patch for (patch,) in found]


def certificates_of(site: RunningSite, number: str) -> list[tuple[object, ...]]:
    """When each free certificate of the year of today was cancelled."""
    return site.sql(
        """SELECT c.cancelled_on FROM certificates_certificate c JOIN parties_member m ON m.id = c.member_id
             JOIN programmes_schemeyear y ON y.id = c.scheme_year_id
           WHERE m.number = %s AND c.section = 'free' AND y.start_on <= current_date AND y.expiry_on > current_date""",
        number,
    )


def wait_for(happened: Callable[[], bool]) -> None:
    """The worker follows a feed by itself."""
    for _ in range(300):
        if happened():
            return
        time.sleep(0.2)
    pytest.fail("the worker did not follow the feed")


def test_what_the_brake_holds_is_released_by_a_second_person_and_applied(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    first, second = open_browser(DESKTOP), open_browser(DESKTOP)
    sign_in(first, site, "", ORGANISER)
    rows = site.members_on_file()
    hand_in(first, site, "", list_of(rows[:-3]))
    expect(first.locator("main h1")).to_contain_text("保留中")
    expect(first.locator("main")).to_contain_text("入れた本人は解除できません")
    expect(first.locator("main .button.primary")).to_have_count(0)
    sign_in(second, site, "", SECOND_PERSON)
    second.goto(first.url)
    second.locator("main .button.primary").click()
    second.locator("textarea").fill("団体に確かめました")
    second.locator("main .button.primary").click()
    expect(second.locator("main h1")).to_contain_text("適用待ち")
    second.locator("main .button.primary").click()
    second.locator("main .button.primary").click()
    expect(second.locator("main h1")).to_contain_text("適用済み")
    # Everybody back for the other journeys; in another order, because the same bytes may have come for this day already.
    hand_in(first, site, "", list_of(rows[::-1]))
    first.locator("main .button.primary").click()
    first.locator("main .button.primary").click()
    expect(first.locator("main h1")).to_contain_text("適用済み")


def test_rows_with_something_wrong_are_set_aside_and_taken_home_as_csv(
    site: RunningSite, open_browser: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_browser(TELEPHONE)
    sign_in(page, site, "", OPERATOR)
    bad = ["123,basic,短い番号", "82000001,gold,知らない種別", "82000002,basic,=1+1"]
    hand_in(page, site, "", list_of([*site.members_on_file(), *bad]))
    expect(page.locator(".counts .urgent")).to_contain_text("3行")
    page.locator("a[href$='/set-aside/']").first.click()
    expect(page).to_have_url(re.compile("/set-aside/$"))
    look_at(page, "journey-desk-set-aside")
    with page.expect_download() as download:
        page.locator("a[href$='set-aside.csv']").click()
    download.value.save_as(tmp_path / "rows.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "rows.csv").read_text("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["number_form", "unknown_class", "formula"]
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
