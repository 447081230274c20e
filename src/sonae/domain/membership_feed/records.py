"""Rows of cells from separated text: comma or tab, quotes, line breaks within quotes, and what can be wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple, Protocol

from sonae.domain.membership_feed.header import count_known
from sonae.domain.membership_feed.layout import FeedLayout
from sonae.domain.membership_feed.refusals import FeedRefused

Delimiter = Literal[",", "\t"]


class Record(NamedTuple):
    """One row of cells with the line on which it begins. ``broken`` says that its quotes don't fit."""

    line: int
    cells: list[str]
    broken: bool = False


class Records(Protocol):
    """The records of one file, in order, and what can be asked about the one that was given last."""

    delimiter: str
    is_row: Callable[[list[str]], bool]  # whether cells are a row by themselves; set once the header is known

    def __iter__(self) -> Iterator[Record]: ...

    def raw(self) -> str:
        """The record as it stands in the file."""

    @property
    def is_cut_off(self) -> bool:
        """Whether the file ends in the record, without a line end."""


def is_blank(cells: list[str]) -> bool:
    """Whether there is nothing in the row but blanks, or the mark by which old systems end a file."""
    return not any(cell.strip().strip("\x1a") for cell in cells)


def find_delimiter(first_line: str, layout: FeedLayout) -> Delimiter:
    """Tab where it makes known headings of the line that the comma doesn't."""
    found = {mark: count_known(_lenient(first_line, mark), layout) for mark in (",", "\t")}
    return "\t" if found["\t"] > found[","] else ","


class TextRecords:
    """The records of a text, in order. What can't be told apart safely refuses the file: see ``__iter__``."""

    def __init__(self, lines: Iterable[str], layout: FeedLayout) -> None:
        self._lines = iter(lines)
        self._held: list[str] = []  # the lines of the record that is being read
        self._first = next((line for line in self._skipped_blank()), "")
        self.delimiter: str = find_delimiter(self._first, layout)
        self.is_row: Callable[[list[str]], bool] = lambda cells: False

    def _skipped_blank(self) -> Iterator[str]:
        self._blank = 0
        for line in self._lines:
            if line.strip():
                yield line
            self._blank += 1

    def __iter__(self) -> Iterator[Record]:
        """Raises FeedRefused: quote_not_closed, line_too_long, truncated.

        A quote that isn't closed swallows the rows after it, and in a list whoever is swallowed would have left. So a record of
        several lines is refused where its quotes don't fit in the end, or where one of its lines is a row of its own.
        """
        reader = csv.reader(self._watched(), delimiter=self.delimiter, strict=True)
        while True:
            start = reader.line_num + self._blank + 1
            try:
                for cells in reader:
                    if len(self._held) > 1:
                        self._check_lines(start)
                    yield Record(start, cells)
                    self._held.clear()
                    start = reader.line_num + self._blank + 1
                return
            except csv.Error as error:
                yield self._mended(error, start)
                self._held.clear()

    def raw(self) -> str:
        return "".join(self._held).rstrip("\r\n")

    @property
    def is_cut_off(self) -> bool:
        return bool(self._held) and not self._held[-1].endswith(("\r", "\n"))

    def _watched(self) -> Iterator[str]:
        if self._first:
            self._held.append(self._first)
            yield self._first
        for line in self._lines:
            self._held.append(line)
            yield line

    def _check_lines(self, start: int) -> None:
        for line in self._held[1:]:
            if self.is_row(_lenient(line, self.delimiter)):
                raise FeedRefused("quote_not_closed", line=start)

    def _mended(self, error: csv.Error, start: int) -> Record:
        """A record of one line whose quotes don't fit is set aside; anything else refuses the file."""
        if len(self._held) > 1 or "end of data" in str(error):
            raise FeedRefused("quote_not_closed", line=start) from error
        if "field larger" in str(error):
            raise FeedRefused("line_too_long", line=start, most=csv.field_size_limit()) from error
        return Record(start, _lenient(self._held[0], self.delimiter), broken=True)


def _lenient(line: str, delimiter: str) -> list[str]:
    """The cells of one line, whatever its quotes do."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


class WorkbookRecords:
    """The rows of a workbook's sheet. It can be neither cut off nor short of a quote: its container would be broken."""

    delimiter = ""
    is_cut_off = False

    def __init__(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        self._rows = rows
        self._cells: list[str] = []
        self.is_row: Callable[[list[str]], bool] = lambda cells: False

    def __iter__(self) -> Iterator[Record]:
        for line, cells in self._rows:
            self._cells = cells
            yield Record(line, cells)

    def raw(self) -> str:
        return ",".join(self._cells)
