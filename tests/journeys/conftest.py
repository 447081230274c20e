"""A running site and a real Chromium for the journeys; a picture of every page they pass is left in var/screens/."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT as AXE
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.journeys.browser_setup import find_chromium
from tests.journeys.card_watch import CardWatch
from tests.journeys.site import RunningSite, SiteProcess

SCREENS = Path(settings.VAR) / "screens"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TELEPHONE: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 768, "height": 1024}
DESKTOP: ViewportSize = {"width": 1440, "height": 1000}


@pytest.fixture(scope="session")
def site() -> Iterator[RunningSite]:
    """Sonae, started as a person starts it."""
    process = SiteProcess(
        os.environ["DATABASE_URL"],
        {
            "SONAE_QUOTES_A_MINUTE": "100000",
            "SONAE_SIGN_IN_CODES_AN_HOUR": "1000",
            "SONAE_CONSULTATIONS_AN_HOUR": "1000",
        },
    )
    try:
        yield process.start()
    finally:
        process.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium: Browser, site: RunningSite) -> Iterator[Callable[..., Page]]:
    """Opens a fresh window: ``open_browser(TELEPHONE)``. At the end no card number may have gone to us from any of them."""
    contexts: list[BrowserContext] = []
    watches: list[CardWatch] = []

    def open_page(size: ViewportSize, **options: object) -> Page:
        context = chromium.new_context(viewport=size, locale="ja-JP", timezone_id="Asia/Tokyo", **options)  # type: ignore[arg-type]
        contexts.append(context)
        watches.append(CardWatch(context, processor=site.cards))
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield open_page
    found = [finding for watch in watches for finding in watch.findings()]
    for context in contexts:
        context.close()
    assert found == [], "card numbers went to somebody else than the processor"


def look_at(page: Page, name: str, *, with_axe: bool = True) -> None:
    """Everything that must hold on every page: a picture is kept, nothing scrolls sideways, axe finds nothing.

    A tablet shows what a telephone or a desk shows, laid out otherwise, so axe, which takes most of the time, may be left out.
    """
    size = page.viewport_size or TELEPHONE
    language = page.locator("html").get_attribute("lang")
    SCREENS.mkdir(parents=True, exist_ok=True)
    # JPEG, because packing a picture of a whole page as PNG takes longer than drawing the page.
    page.screenshot(path=SCREENS / f"{name}-{language}-{size['width']}.jpg", quality=80, full_page=True)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name}: {overflow} px of sideways scrolling at {size['width']} px"
    problems = axe_problems(page) if with_axe else []
    assert not problems, f"{name} at {size['width']} px ({language}): " + "\n".join(problems)


def axe_problems(page: Page) -> list[str]:
    """What axe finds, rule by rule. Only that leaves the browser: a list of all that is well takes as long as the looking."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then((looked) => looked.violations)")
    return [
        f"{violation['id']}: {violation['help']} → {[node['html'][:160] for node in violation['nodes'][:3]]}"
        for violation in found
    ]
