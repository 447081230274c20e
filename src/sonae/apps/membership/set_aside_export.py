"""The rows that were set aside, as a CSV that Excel opens right and that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from sonae.apps.membership.models import Feed, SetAsideRow

HEADER = ("line", "reason", "column", "row")
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # Excel knows UTF-8 by it
ROWS_AT_ONCE = 2_000
# A cell that begins with one of these may be run as a formula; full-width ones become plain in some spreadsheets. Quoted as text
# by a leading apostrophe, as spreadsheets themselves do.
RISKY = frozenset("=+-@\t\r\n＝＋－＠|%")


def set_aside_csv(feed: Feed) -> Iterator[str]:
    """The file piece by piece, beginning with its header; never held whole."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow(HEADER)
    rows = SetAsideRow.objects.filter(feed=feed).order_by("line", "id").values_list("line", "reason", "column", "raw")
    for number, (line, reason, column, raw) in enumerate(rows.iterator(chunk_size=ROWS_AT_ONCE), start=1):
        writer.writerow((line, reason, harmless(column), harmless(raw)))
        if number % ROWS_AT_ONCE == 0:
            yield _take(buffer)
    yield _take(buffer)


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet might run."""
    return f"'{text}" if text.lstrip(" \N{IDEOGRAPHIC SPACE}")[:1] in RISKY else text


def _take(buffer: io.StringIO) -> str:
    piece = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return piece
