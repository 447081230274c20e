"""What a part of a workbook would become in memory, and whether it refers to the outside: measured as it streams by.

The library that reads the workbook makes a rectangle of all cells, so one cell in the last corner of an otherwise empty sheet
would cost gigabytes, and it gives each cell its own copy of a shared text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from sonae.domain.membership_feed.refusals import FeedRefused
from sonae.integrations.spreadsheet.limits import Limits

# A cell and where it says that it stands. Attributes before it are passed over one by one, so that none can pose as it.
_CELL = re.compile(
    rb"<(?:\w+:)?c(?=[\s/>])"
    rb"(?:(?:\s+[\w:]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*?\s+r\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'])?"
)
_END_OF_TEXT = re.compile(rb"</(?:\w+:)?si\s*>")
_LAST_ROW = 1_048_576
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY", b"\0")


@dataclass(slots=True)
class Measures:
    """Of all parts together."""

    limits: Limits
    unpacked: int = 0
    cells: int = 0
    last_row: int = 0
    last_column: int = 0
    longest_text: int = 0

    def check(self) -> None:
        """Raises FeedRefused: workbook_too_large."""
        limits = self.limits
        fits = (
            self.unpacked <= limits.unpacked
            and self.last_row <= _LAST_ROW
            and self.last_row * self.last_column <= limits.cells
            and self.cells * self.longest_text <= limits.text
        )
        if not fits:
            raise too_large(limits)


def too_large(limits: Limits) -> FeedRefused:
    return FeedRefused("workbook_too_large", most_megabytes=limits.unpacked // 1_000_000)


def measured(name: str, blocks: Iterable[bytes], measures: Measures) -> Iterator[bytes]:
    """The same bytes, counted and looked at. Raises FeedRefused: workbook_too_large, workbook_unsafe."""
    rest = b""
    text = 0
    shared = name.endswith("sharedstrings.xml")
    for block in blocks:
        measures.unpacked += len(block)
        measures.check()
        # Looked at from tag to tag, so that nothing hides where two blocks meet.
        seen = rest + block
        cut = max(seen.rfind(b"<"), 0)
        rest = seen[cut:]
        if len(rest) > measures.limits.tag:
            raise FeedRefused("workbook_unsafe", part=name)
        _look(name, seen[:cut], measures)
        if shared:
            text = _measure_texts(seen[:cut], text, measures)
        yield block
    _look(name, rest, measures)
    if shared:
        _measure_texts(rest, text, measures)
    measures.check()


def _look(name: str, seen: bytes, measures: Measures) -> None:
    if any(mark in seen for mark in _FORBIDDEN):
        raise FeedRefused("workbook_unsafe", part=name)
    cells = _CELL.findall(seen)
    if not cells:
        return
    measures.cells += len(cells)
    columns = {column for column, _ in cells}
    if b"" in columns:  # where such a cell stands is up to whoever reads it
        raise FeedRefused("workbook_unsafe", part=name)
    measures.last_column = max(measures.last_column, *map(_column_number, columns))
    measures.last_row = max(chain([measures.last_row], (int(row) for _, row in cells)))


def _measure_texts(seen: bytes, begun: int, measures: Measures) -> int:
    """How long the text is that goes on behind these bytes, of which ``begun`` stand before them."""
    first, *others = map(len, _END_OF_TEXT.split(seen))
    lengths = [begun + first, *others]
    measures.longest_text = max(measures.longest_text, *lengths)
    return lengths[-1]


def _column_number(letters: bytes) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
