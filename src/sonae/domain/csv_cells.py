"""Rows of CSV that no spreadsheet takes for a formula: what people have typed stays text, numbers stay numbers.

A spreadsheet runs a cell that begins with = + - @ (some also | or %), with a full-width one of them, or with a tab or a line
end before one. Such a text gets an apostrophe in front (OWASP, "CSV Injection"). A text that begins with an apostrophe gets one
too, so that ``text_of`` finds every text again as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

Cell = str | int | date | None
STARTS_A_FORMULA = frozenset("=+-@|%＝＋－＠−\t\r\n")
MARK = "'"
GETA = "〓"  # stands where a character has no place in the code page, as printers put it


def neutral(text: str) -> str:
    """The text, harmless as a cell. NUL, which ends a file for some programs, is left out."""
    text = text.replace("\0", "")
    begins = text.lstrip(" \u3000\u00a0\ufeff")[:1]
    return MARK + text if text[:1] == MARK or (begins and begins in STARTS_A_FORMULA) else text


def text_of(cell: str) -> str:
    """What ``neutral`` was given."""
    return cell.removeprefix(MARK)


def write_rows(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """One line of CSV for each row, ending in CR LF (RFC 4180). Numbers are written as they are, everything else in quotes, so
    that a program that takes another sign for the comma splits no text into cells of its own."""
    for row in rows:
        line = io.StringIO()
        writer = csv.writer(line, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow([_written(cell) for cell in row])
        yield line.getvalue()


def _written(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, date):  # a moment is one too
        return cell.isoformat()
    return neutral(cell) if isinstance(cell, str) else cell


def in_code_page(text: str, encoding: str) -> bytes:
    """The bytes; what the code page doesn't know becomes 〓, so that nothing is lost unseen."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return b"".join(_one(sign, encoding) for sign in text)


def _one(sign: str, encoding: str) -> bytes:
    try:
        return sign.encode(encoding)
    except UnicodeEncodeError:
        return GETA.encode(encoding)
