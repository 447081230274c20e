"""docs/algorithms/membership-feed.md says what the code does: headings, values, reasons, refusals and bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from sonae.domain.membership_feed.layout import FIELDS, FIELDS_OF, LONGEST, NEEDED, Field, Form
from sonae.domain.membership_feed.reasons import REASONS
from sonae.domain.membership_feed.refusals import REFUSALS
from sonae.domain.text import Text
from sonae.integrations.spreadsheet.limits import LIMITS
from tests.domain.feeds import LAYOUT

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "membership-feed.md").read_text()


def table(first_heading: str) -> dict[str, list[str]]:
    """The rows of the page's table with that first heading: first cell → the others."""
    _, _, after = PAGE.partition(f"\n| {first_heading} |")
    assert after, f"the page has no table of {first_heading}"
    lines = after.split("\n\n", 1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines]
    return {first.strip(" `"): others for first, *others in cells}


def place_in(form: Form, field: Field) -> str:
    if field in NEEDED[form]:
        return "needed"
    if field in FIELDS_OF[form]:
        return "may be there"
    return "refused" if field == "act" else "ignored"


def test_the_page_lists_every_heading_that_is_understood() -> None:
    assert table("field") == {
        field: [
            " · ".join(LAYOUT.headings[field]), place_in("list", field), place_in("changes", field), str(LONGEST.get(field, "")),
        ]
        for field in FIELDS
    }  # fmt: skip


def test_the_page_lists_every_value_that_is_understood() -> None:
    assert table("class or act") == {
        owner: [" · ".join(values)] for owner, values in {**LAYOUT.classes, **LAYOUT.acts}.items()
    }


@pytest.mark.parametrize(("heading", "texts"), [("reason", REASONS), ("refusal", REFUSALS)])
def test_the_page_lists_every_reason_and_every_refusal(heading: str, texts: Mapping[str, Text]) -> None:
    assert table(heading) == {code: [text.ja, text.en] for code, text in texts.items()}


def test_the_page_names_the_bounds_of_a_workbook() -> None:
    bounds = [
        int(found.replace(",", ""))
        for found in re.findall(r"\| ([\d,]+)(?: bytes)? \|", PAGE.partition("| guard |")[2])
    ]
    assert bounds == [LIMITS.entries, LIMITS.unpacked, LIMITS.ratio, LIMITS.cells, LIMITS.text]
    assert f"in parts above {LIMITS.ratio_from:,}" in PAGE
