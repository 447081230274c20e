"""A file of the organiser, read as a stream: its good rows, and those that are set aside with their reason.

The bytes are gone through twice: once to find the encoding (a file is one or the other as a whole), once to read. Memory doesn't
grow with the file. Whether a number stands there twice is not asked here, because the first of the two has gone on already: that
is for the database, which sets such rows aside as ``duplicate_number``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from sonae.domain.membership_feed.blocks import even_blocks
from sonae.domain.membership_feed.decoding import CALLED, decoded, find_encoding
from sonae.domain.membership_feed.header import Header, read_header
from sonae.domain.membership_feed.layout import FeedLayout, Form
from sonae.domain.membership_feed.lines import split_lines
from sonae.domain.membership_feed.records import Record, Records, TextRecords, WorkbookRecords, is_blank
from sonae.domain.membership_feed.refusals import FeedRefused
from sonae.domain.membership_feed.rows import ReadRow, RowReader, SetAside

# Rows of a workbook: the number of each and its cells as text. Raises FeedRefused.
OpenWorkbook = Callable[[Iterable[bytes]], Iterator[tuple[int, list[str]]]]
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old and of encrypted workbooks


class FeedReading(Iterator[ReadRow | SetAside]):
    """The rows of one file, one after the other, and what was found out about the file before the first of them."""

    def __init__(self, rows: Iterator[ReadRow | SetAside], *, header: Header, encoding: str, delimiter: str) -> None:
        self._rows = rows
        self.encoding = encoding  # UTF-8, UTF-16, CP932 or Excel
        self.delimiter = delimiter  # "," or a tab; empty for a workbook
        self.headings = header.headings  # field → heading, as the file writes it
        self.ignored_columns = header.ignored  # headings that mean nothing here, as the file writes them

    def __iter__(self) -> Iterator[ReadRow | SetAside]:
        return self._rows  # the generator itself, so that a million rows don't pass through ``__next__``

    def __next__(self) -> ReadRow | SetAside:
        return next(self._rows)


def read_feed(
    chunks: Iterable[bytes],
    *,
    layout: FeedLayout,
    form: Form,
    effective_date: date,
    open_workbook: OpenWorkbook | None = None,
) -> FeedReading:
    """The rows of the file whose bytes ``chunks`` gives each time it is iterated: a list will do, a generator won't.

    What the file is follows from its bytes, never from its name. Raises FeedRefused, at once for what is wrong with the file or its
    header, and from the iteration for what is found further down: then nothing of what was given before may be used. Rows with
    nothing in them are passed over; every other one comes exactly once.
    """
    if isinstance(chunks, Iterator):
        raise TypeError("the bytes are gone through more than once; give something that can be iterated again")
    start = next(even_blocks(chunks), b"")
    if start.startswith(_OLE):
        raise FeedRefused("workbook_encrypted")
    if start.startswith(_ZIP):
        if open_workbook is None:
            raise FeedRefused("workbook_not_read")
        return _read(WorkbookRecords(open_workbook(chunks)), layout, form, effective_date, encoding="Excel")
    encoding = find_encoding(chunks)
    records = TextRecords(split_lines(decoded(chunks, encoding)), layout)
    return _read(records, layout, form, effective_date, encoding=CALLED[encoding])


def _read(records: Records, layout: FeedLayout, form: Form, effective_date: date, *, encoding: str) -> FeedReading:
    rest = iter(records)
    first = next((record for record in rest if not is_blank(record.cells)), None)
    if first is None:
        raise FeedRefused("empty")
    header = read_header(first.cells, layout, form)
    reader = RowReader(header, layout=layout, form=form, effective_date=effective_date)
    records.is_row = lambda cells: len(cells) >= header.width and bool(reader.find_number(cells))
    rows = _read_rows(rest, records, reader, header.width, may_have_none=form == "changes")
    return FeedReading(rows, header=header, encoding=encoding, delimiter=records.delimiter)


def _read_rows(
    rest: Iterator[Record], records: Records, reader: RowReader, width: int, *, may_have_none: bool
) -> Iterator[ReadRow | SetAside]:
    good = set_aside = 0
    for line, cells, broken in rest:
        if not any(cells) or (len(cells) < width and is_blank(cells)):
            continue
        if len(cells) < width and records.is_cut_off:
            raise FeedRefused("truncated", line=line)
        if broken:
            row: ReadRow | SetAside = reader.set_aside(line, cells, "broken_quotes", records.raw())
        else:
            row = reader.read(line, cells, records.raw)
        if type(row) is ReadRow:
            good += 1
        elif is_blank(cells):
            continue
        else:
            set_aside += 1
        yield row
    if not good + set_aside:
        raise FeedRefused("no_rows")
    if not good and not may_have_none:
        raise FeedRefused("no_good_row", set_aside=set_aside)
