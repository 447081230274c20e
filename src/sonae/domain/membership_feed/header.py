"""Which column is which: from the line of headings, in any order, with columns beside them that nobody asked for."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from sonae.domain.membership_feed.layout import FIELDS_OF, NEEDED, FeedLayout, Field, Form, folded
from sonae.domain.membership_feed.refusals import FeedRefused

NEAR = 0.6
MOST_SHOWN, LONGEST_SHOWN = 50, 60  # of headings that are named to people


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one file."""

    places: dict[Field, int]  # field → column, counted from 0
    headings: dict[Field, str]  # as the file writes them
    ignored: tuple[str, ...]  # headings that mean nothing here, as the file writes them; the first fifty
    width: int


def count_known(cells: Sequence[str], layout: FeedLayout) -> int:
    """How many of the cells are headings that the layout knows."""
    return sum(layout.find_field(cell) is not None for cell in cells)


def read_header(cells: Sequence[str], layout: FeedLayout, form: Form) -> Header:
    """Raises FeedRefused: heading_twice, heading_missing, changes_in_list."""
    places: dict[Field, int] = {}
    ignored = []
    for place, cell in enumerate(cells):
        field = layout.find_field(cell)
        if field is None or field not in FIELDS_OF[form]:
            ignored.append(_shown(cell))
            _check_form(field, cell, form)
            continue
        if field in places:
            raise FeedRefused("heading_twice", first=_shown(cells[places[field]]), second=_shown(cell))
        places[field] = place
    named = [heading for heading in ignored if heading][:MOST_SHOWN]
    for wanted in NEEDED[form]:
        if wanted not in places:
            raise _missing(wanted, named, layout)
    headings = {field: _shown(cells[place]) for field, place in places.items()}
    return Header(places, headings, tuple(named), len(cells))


def _shown(heading: str) -> str:
    return heading.strip()[:LONGEST_SHOWN]


def _check_form(field: Field | None, cell: str, form: Form) -> None:
    """A file of changes read as a list would end everybody who isn't in it."""
    if field == "act" and form == "list":
        raise FeedRefused("changes_in_list", heading=_shown(cell))


def _missing(wanted: Field, unknown: Sequence[str], layout: FeedLayout) -> FeedRefused:
    known = layout.headings[wanted]
    by_folded = {folded(heading): heading for heading in unknown}
    near = [found for heading in known for found in difflib.get_close_matches(folded(heading), by_folded, 1, NEAR)]
    return FeedRefused(
        "heading_missing",
        wanted=known[0],
        near=by_folded[near[0]] if near else "",
        known="、".join(known),
    )
