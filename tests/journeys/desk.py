"""What a person of the staff does at the desk, as the journeys need it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime

import urllib3
from playwright.sync_api import Page, expect

from sonae.apps.people.one_time_codes import PERIOD, code_of, step_at
from tests.journeys.site import RunningSite

ORGANISER, SECOND_PERSON, OPERATOR = (
    "jimukyoku-1@dantai.example", "jimukyoku-2@dantai.example", "madoguchi@soudan.example",
)  # fmt: skip
HEADINGS = "会員番号,会員種別,会員名"


def list_of(rows: Iterable[str], headings: str = HEADINGS) -> bytes:
    """The organiser's list, as its system writes it; a row may leave out what it doesn't know."""
    columns = headings.count(",")
    return "\n".join([headings, *(row + "," * (columns - row.count(",")) for row in rows), ""]).encode()


def hand_in(page: Page, site: RunningSite, prefix: str, content: bytes, *, form: str = "list") -> None:
    """Bring a file to the desk, and wait until it was read."""
    page.goto(f"{site.address}{prefix}/desk/feeds/upload/")
    page.locator(f"input[name=form][value={form}]").check(force=True)
    page.locator("input[type=file]").set_input_files({"name": "members.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("main .button.primary").click()
    expect(page).to_have_url(re.compile(r"/desk/feeds/\d+/$"))
    expect(page.locator("main h1 .status")).not_to_have_text(re.compile("読み取り中|Being read"), timeout=60_000)


def pass_second_step(page: Page, site: RunningSite, email: str) -> None:
    """With the code of the app, which the demo shows for its own people; whoever has none yet sets one up."""
    if "/set-up/" in page.url:
        prove_key(page)
        page.locator("button[value=kept]").click()
        return
    page.locator("main form input[name=code]").fill(app_code_for(site, email))
    page.locator("main .button.primary").first.click()


def prove_key(page: Page) -> str:
    """On the page of setting up: type what an app with its key shows. The key."""
    key = page.locator(".key-to-type code").inner_text().replace(" ", "")
    page.locator("main form input[name=code]").fill(code_of(key, step_at(datetime.now(UTC))))
    page.locator("main .button.primary").first.click()
    return key


def app_code_for(site: RunningSite, email: str) -> str:
    """As the page of mails shows it. Somebody who signs in over and over waits for the next code."""
    for _ in range(PERIOD):
        shown = urllib3.request("GET", f"{site.address}/demo/outbox/").data.decode()
        found = re.search(rf'data-code-of="{re.escape(email)}">([0-9]{{6}})<', shown)
        if found:
            return found[1]
        time.sleep(2)
    raise AssertionError(f"no code for {email}")
