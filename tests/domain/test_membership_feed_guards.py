"""The guards of reading, each switched off: what it keeps away then happens."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from sonae.domain.membership_feed import cells, decoding, header, lines, records
from sonae.domain.membership_feed.reading import read_feed
from sonae.domain.membership_feed.rows import ReadRow
from tests.domain.feeds import (
    DAY,
    HEADINGS,
    KAIKEI,
    KOMUTEN,
    LAYOUT,
    MEMBERS,
    OF_CHANGES,
    SEISAKUSHO,
    code,
    refused,
    rows,
    written,
)

MEBIBYTE = 1 << 20


def numbers(content: bytes) -> list[str]:
    return [row.number for row in rows(content) if type(row) is ReadRow]


def test_a_quote_that_is_closed_two_rows_later_would_swallow_a_member(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "\n".join(
        [
            "会員番号,会員種別,会員名",
            '10000017,PAP会員,"見本',
            "10000025,PAP会員,例示",
            '10000033,PAP会員,架空"',
            "10000041,PAP会員,見本",
            "",
        ]
    ).encode()
    assert code(refused(content)) == "quote_not_closed"
    monkeypatch.setattr(records.TextRecords, "_check_lines", lambda self, start: None)
    assert numbers(content) == ["10000017", "10000041"]  # two members gone, in silence


def test_utf8_with_one_bad_byte_would_be_read_as_other_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [(str(10_000_001 + n), "basic", "社員" * 3) for n in range(5)]
    content = written(some, headings=("member number", "class", "name")).replace(
        "社員\r\n".encode(), "社員".encode() + b"\xb1\r\n", 1
    )
    assert code(refused(content)) == "wrong_encoding"
    monkeypatch.setattr(decoding, "_is_damaged_utf8", lambda trial: False)
    assert rows(content)[1].name == "遉ｾ蜩｡" * 3  # type: ignore[union-attr]


def test_a_file_that_breaks_off_within_a_row_would_pass_for_a_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written(MEMBERS)
    content = whole[: whole.rindex(b"kaikei@")]
    assert code(refused(content)) == "truncated"
    monkeypatch.setattr(records.TextRecords, "is_cut_off", False)
    assert numbers(content) == ["10000017", "10000025"]


def test_a_file_of_changes_would_pass_for_a_list_of_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    content = written([(*KOMUTEN, "退会", "")], headings=OF_CHANGES)
    assert code(refused(content)) == "changes_in_list"
    monkeypatch.setattr(header, "_check_form", lambda field, cell, form: None)
    assert numbers(content) == ["10000017"]  # who leaves would be the only one who stays


def test_a_formula_would_come_through(monkeypatch: pytest.MonkeyPatch) -> None:
    content = written([(*KOMUTEN[:2], "=HYPERLINK(1)", "", "", ""), SEISAKUSHO])
    assert numbers(content) == ["10000025"]
    monkeypatch.setattr(cells, "FORMULA_STARTS", frozenset())
    assert rows(content)[0].name == "=HYPERLINK(1)"  # type: ignore[union-attr]


class Repeated:
    """A head, and the same piece so many times after it, without ever holding all of them."""

    def __init__(self, head: bytes, piece: bytes, times: int) -> None:
        self.head, self.piece, self.times = head, piece, times

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        for _ in range(self.times):
            yield self.piece


def most_held(content: Repeated) -> tuple[int, str]:
    """Bytes that were held at most while the file was read, and the code of its refusal."""
    tracemalloc.start()
    try:
        found = ""
        for row in read_feed(content, layout=LAYOUT, form="list", effective_date=DAY):
            del row
    except Exception as refusal:
        found = str(getattr(refusal, "code", refusal))
    finally:
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return held, found


def test_a_line_without_end_would_be_held_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Repeated(",".join(HEADINGS).encode() + b"\r\n", b"1" * MEBIBYTE, 8)
    held, found = most_held(endless)
    assert (found, held < 5 * MEBIBYTE) == ("line_too_long", True)
    monkeypatch.setattr(lines, "LONGEST_LINE", 1 << 40)
    held, _ = most_held(endless)
    assert held > 8 * MEBIBYTE


def test_memory_does_not_grow_with_the_file() -> None:
    head, piece = written([]), written([KAIKEI] * 1_000).split(b"\r\n", 1)[1]
    short, ending = most_held(Repeated(head, piece, 2))
    long, ending_of_long = most_held(Repeated(head, piece, 10))
    assert ending == ending_of_long == ""
    assert long < short * 1.1


def test_a_quote_that_is_never_closed_does_not_gather_the_rest_of_the_file() -> None:
    head, piece = written([]), written([KAIKEI] * 1_000).split(b"\r\n", 1)[1]
    held, found = most_held(Repeated(head + '10000017,PAP会員,"見本\r\n'.encode(), piece, 10))
    assert (found, held < 4 * MEBIBYTE) == ("quote_not_closed", True)
