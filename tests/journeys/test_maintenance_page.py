"""The page for maintenance as people see it: a site of its own, because the switch is set when the servers start."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, TABLET, TELEPHONE, look_at
from tests.journeys.site import SiteProcess

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("pictures-ja")]


def test_the_page_for_maintenance_is_readable_for_everybody(open_browser: Callable[..., Page]) -> None:
    until = datetime.now(UTC) + timedelta(hours=3)
    process = SiteProcess(os.environ["DATABASE_URL"], {"SONAE_MAINTENANCE_UNTIL": until.isoformat(timespec="minutes")})
    try:
        site = process.start()
        page = open_browser(TELEPHONE)
        for path, title in (("/", "ただいまメンテナンス中です"), ("/en/premium/", "We are working on this site")):
            page.goto(site.address + path)
            expect(page.locator("h1")).to_have_text(title)
            for size in (DESKTOP, TABLET, TELEPHONE):
                page.set_viewport_size(size)
                look_at(page, "page-maintenance")
    finally:
        process.stop()
