"""What a person of the staff does at the desk, as the journeys need it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.sync_api import Page, expect

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
