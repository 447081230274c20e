"""Cells of a processor's file: bytes to rows by heading, whole yen and days, each refusal with its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime

from sonae.domain.calendar import JAPAN
from sonae.domain.payout import PayoutRefused

_YEN = re.compile(r"-?\d{1,12}(\.0{1,2})?", re.ASCII)  # yen have no minor unit: 5412 or 5412.00, never 5412.5
LONGEST_CELL = 500


def rows_of(content: bytes) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The headings, and the rows below them with their line. UTF-8, with or without its mark. PayoutRefused."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PayoutRefused("not_utf8") from None
    if "\0" in text:
        raise PayoutRefused("not_text")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [cell.strip() for cell in next(reader, [])]
    except csv.Error:
        raise PayoutRefused("not_csv", line=1) from None
    return heading, _rows(reader, heading)


def _rows(reader: Iterator[list[str]], heading: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    line = 1
    try:
        for line, cells in enumerate(reader, start=2):
            if not cells:
                continue
            if len(cells) != len(heading):
                raise PayoutRefused("cells_missing", line=line)
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise PayoutRefused("cell_too_long", line=line)
            yield line, dict(zip(heading, (cell.strip() for cell in cells), strict=True))
    except csv.Error:
        raise PayoutRefused("not_csv", line=line + 1) from None


def yen_of(cell: str, line: int) -> int:
    """Whole yen. PayoutRefused for anything else, half yen too."""
    if not _YEN.fullmatch(cell):
        raise PayoutRefused("no_yen", line=line, detail=cell)
    return int(cell.partition(".")[0])


def day_of(cell: str, line: int, *, in_zone: bool) -> date:
    """Japan's date of a day or a moment. Without a zone of its own a moment is Japan's if ``in_zone``, else UTC's."""
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise PayoutRefused("no_day", line=line, detail=cell) from None
    if len(cell) == len("2026-12-01"):
        return moment.date()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=JAPAN if in_zone else None)
        if moment.tzinfo is None:
            moment = datetime.fromisoformat(f"{cell}+00:00")
    return moment.astimezone(JAPAN).date()


def check_currency(cell: str, line: int) -> None:
    """Everything here is yen. PayoutRefused."""
    if cell.lower() != "jpy":
        raise PayoutRefused("not_yen", line=line, detail=cell)
