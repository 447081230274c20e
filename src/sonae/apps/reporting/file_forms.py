"""A table as a file: CSV or a workbook, streamed in pieces. A text that begins like a formula is a text in either."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.domain.csv_cells import Cell, write_rows

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # Excel knows UTF-8 by it
AT_ONCE = 2_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def in_form(form: str, heading: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, sheet: str) -> Iterator[bytes]:
    """The file in pieces. ``form``: a key of TYPES."""
    if form == "xlsx":
        write: Callable[..., Iterator[bytes]] = import_string(settings.SONAE_WORKBOOK_WRITER)
        return write(heading, rows, sheet=sheet)
    return _csv(heading, rows)


def _csv(heading: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    pieces = [BOM, *write_rows([heading])]
    for piece in write_rows(rows):
        pieces.append(piece)
        if len(pieces) >= AT_ONCE:
            yield "".join(pieces).encode()
            pieces.clear()
    yield "".join(pieces).encode()
