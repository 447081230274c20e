"""The rows that were set aside, as a CSV that Excel opens right and that no spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Iterator

from sonae.apps.membership.models import Feed, SetAsideRow
from sonae.domain.csv_cells import write_rows

HEADER = ("line", "reason", "column", "row")
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # Excel knows UTF-8 by it
ROWS_AT_ONCE = 2_000


def set_aside_csv(feed: Feed) -> Iterator[str]:
    """The file piece by piece, beginning with its header; never held whole."""
    rows = SetAsideRow.objects.filter(feed=feed).order_by("line", "id").values_list("line", "reason", "column", "raw")
    pieces: list[str] = [BOM]
    for piece in write_rows(_with_header(rows.iterator(chunk_size=ROWS_AT_ONCE))):
        pieces.append(piece)
        if len(pieces) == ROWS_AT_ONCE:
            yield "".join(pieces)
            pieces.clear()
    yield "".join(pieces)


def _with_header(rows: Iterator[tuple[int, str, str, str]]) -> Iterator[tuple[int | str, ...]]:
    yield HEADER
    yield from rows
