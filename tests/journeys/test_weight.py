"""What a public page weighs on its way to a telephone, and where its parts come from: all of them from us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import urllib3
from django.urls import resolve
from playwright.sync_api import Page, Response

from sonae.web.shared.public_pages import FAMILIES, PAGES
from tests.journeys.conftest import TELEPHONE
from tests.journeys.site import RunningSite

pytestmark = pytest.mark.journey
MOST_BYTES = 150_000  # of everything, as it goes over the wire
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


@dataclass
class Weighed:
    """Every answer that a page brought with it."""

    site: str
    responses: list[Response] = field(default_factory=list)

    def note(self, response: Response) -> None:
        self.responses.append(response)

    @property
    def strangers(self) -> set[str]:
        """Origins that are not ours."""
        parts = [urlsplit(response.url) for response in self.responses]
        return {f"{part.scheme}://{part.netloc}" for part in parts} - {self.site}

    @property
    def bytes(self) -> int:
        """Bodies and heads, packed as they came."""
        sizes = [response.request.sizes() for response in self.responses]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


def weigh(page: Page, site: RunningSite, path: str) -> Weighed:
    weighed = Weighed(site.address)
    page.on("response", weighed.note)
    page.goto(site.address + path, wait_until="networkidle")
    return weighed


def public_paths(site: RunningSite) -> list[str]:
    """Every public page; of the pages of one kind, which share all their parts, the longest in each language."""
    reply = urllib3.request("GET", f"{site.address}/sitemap.xml")
    found = [loc.text or "" for loc in ElementTree.fromstring(reply.data).iter(LOC)]  # noqa: S314  # our own answer
    longest: dict[tuple[str, str], tuple[int, str]] = {}
    for path in (address.removeprefix(site.address) for address in found):
        kind = resolve(path.removeprefix("/en") or "/").view_name
        length = len(urllib3.request("GET", site.address + path).data)
        key = (kind, "en" if path.startswith("/en/") else "ja")
        longest[key] = max(longest.get(key, (0, "")), (length, path))
    return [path for _, path in longest.values()]


def test_every_public_page_is_light_and_brings_nothing_from_elsewhere(
    site: RunningSite, open_browser: Callable[..., Page]
) -> None:
    paths = public_paths(site)
    assert {"/", "/en/", "/premium/", "/cover/"} <= set(paths)
    assert len(paths) == 2 * (len(PAGES) + len(FAMILIES))
    for path in paths:
        page = open_browser(TELEPHONE)
        weighed = weigh(page, site, path)
        sizes = weighed.bytes
        page.close()
        print(f"{path}: {sizes:,} bytes in {len(weighed.responses)} answers")
        assert weighed.strangers == set(), path
        assert 5_000 < sizes <= MOST_BYTES, f"{path} weighs {sizes:,} bytes"


def test_what_a_page_brings_from_elsewhere_is_found(site: RunningSite, open_browser: Callable[..., Page]) -> None:
    page = open_browser(TELEPHONE)
    page.route("https://elsewhere.example/**", lambda route: route.fulfill(body="x"))
    weighed = weigh(page, site, "/robots.txt")
    page.goto("https://elsewhere.example/script.js")
    assert weighed.strangers == {"https://elsewhere.example"}
