"""Whatever a file says and however it comes in pieces: the same rows, each line once, and what was written is what is read."""

from __future__ import annotations

import csv
import io
import random
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sonae.domain.membership_feed.blocks import BLOCK_BYTES
from sonae.domain.membership_feed.decoding import find_encoding
from sonae.domain.membership_feed.refusals import FeedRefused
from sonae.domain.membership_feed.rows import ReadRow, SetAside
from tests.domain.feeds import CODES, DAY, HEADINGS, code, reading, refused, rows, written

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp932")
# Letters that one of the encodings makes difficult: second byte 5C or 7C, NEC and IBM extensions, half-width kana, both dashes.
DIFFICULT = "表能ソ機構十ポー髙﨑①㈱Ⅱ№～－∥￥ｱﾞﾟ｡纊彅德,\"'\t"
TWO_CODES = dict(zip("〜−‖¢£¬", "～－∥￠￡￢", strict=True))  # CP932 has one code for both, and reads it as the second
letters = st.one_of(
    st.sampled_from(DIFFICULT),
    st.characters(codec="cp932", categories=["L", "N", "P", "S"], exclude_characters="".join(TWO_CODES)),
)
names = st.text(letters, min_size=1, max_size=12).map("見".__add__)
members = st.tuples(
    st.integers(10_000_000, 99_999_999).map(str),
    st.sampled_from(sorted(CODES)),
    names,
    st.sampled_from(["", "ミホン", "ミホンコウムテン"]),
    st.sampled_from(["", "a@mihon.example"]),
    st.sampled_from(["", "03-0000-0017", "+81-3-0000-0017"]),
)


def splits(content: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(content) + 1) for cut in cuts), len(content)]
    return [content[start:end] for start, end in pairwise(edges)]


def outcome(content: bytes | list[bytes]) -> tuple[list[ReadRow | SetAside], str, object]:
    """Everything that comes of a file: what is said of it, its rows, and how it ends."""
    found: list[ReadRow | SetAside] = []
    try:
        read = reading(content)
        for row in read:
            found.append(row)
    except FeedRefused as refusal:
        return found, refusal.code, refusal.details
    return found, read.encoding, (read.delimiter, read.ignored_columns)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(members, min_size=1, max_size=6),
    st.sampled_from(ENCODINGS),
    st.sampled_from(",\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_what_is_written_is_what_is_read_in_every_encoding_and_dialect(
    given_rows: list[tuple[str, ...]], encoding: str, delimiter: str, end: str, quoted: bool
) -> None:
    content = written(given_rows, encoding=encoding, delimiter=delimiter, end=end, quoted=quoted)
    found = rows(content)
    assert [
        (row.number, row.member_class, row.name_kana, row.email, row.telephone) for row in found if type(row) is ReadRow
    ] == [
        (number, CODES[member_class], kana, email, telephone)
        for number, member_class, _, kana, email, telephone in given_rows
    ]
    for row, (_, _, name, *_) in zip(found, given_rows, strict=True):
        assert isinstance(row, ReadRow)
        # A tab is the one letter of these that is tidied.
        assert row.name == " ".join(part for part in name.split("\t") if part)


@pytest.mark.parametrize("letter", TWO_CODES)
def test_a_letter_with_two_codes_is_the_same_whichever_way_it_comes(letter: str) -> None:
    some = [("10000017", "PAP会員", f"見本{letter}例示", "", "", "")]
    found = [rows(written(some, encoding=encoding))[0] for encoding in ENCODINGS]
    assert {row.name for row in found if type(row) is ReadRow} == {f"見本{TWO_CODES[letter]}例示"}


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.lists(members, min_size=1, max_size=4).map(lambda some: written(some, encoding="cp932")),
        st.lists(members, min_size=1, max_size=4).map(lambda some: written(some, end="\r", quoted=True)),
        st.lists(members, min_size=1, max_size=4).map(lambda some: written(some)[:-5]),
        st.binary(max_size=400),
        st.text(st.sampled_from('会員番号種別名,"\r\n1髙')).map(str.encode),
    ),
    st.lists(st.integers(0, 10_000), max_size=8),
)
@example(written([("10000017", "basic", "見", "", "", "")], encoding="cp932"), list(range(200)))
def test_any_split_of_the_bytes_gives_the_same(content: bytes, cuts: list[int]) -> None:
    whole = outcome(content)
    assert outcome(splits(content, cuts)) == whole
    assert outcome([content[place : place + 1] for place in range(len(content))]) == whole


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_split_anywhere_near_the_edge_of_a_block_gives_the_same(encoding: str) -> None:
    """More than one block, with a letter, a line end and a quoted line break across each edge in one of the shifts."""
    some = [(str(10_000_000 + n), "PAP会員", f"見本\n髙表{n}", "", "", "") for n in range(5_000)]
    wanted = [(row[0], f"見本 髙表{n}") for n, row in enumerate(some)]
    for shift in range(4):
        content = written([("10000000", "PAP会員", "見" + "本" * shift, "", "", ""), *some[1:]], encoding=encoding)
        assert len(content) > 2 * BLOCK_BYTES
        found = rows(splits(content, [BLOCK_BYTES + shift, 7]))
        assert [(row.number, row.name) for row in found[1:] if type(row) is ReadRow] == wanted[1:]
        assert [row.line for row in found[:3]] == [2, 3, 5]


SPOILT = ["", "=1", "プレミアム", "1", "\x07", "a" * 200, 'a"b', "a,b", "\n", "１", "NULL"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(members, st.lists(st.tuples(st.integers(0, 7), st.sampled_from(SPOILT)), max_size=3)), max_size=8
    )
)
def test_every_line_is_a_row_or_set_aside_exactly_once(
    some: list[tuple[tuple[str, ...], list[tuple[int, str]]]],
) -> None:
    """Spoilt anywhere and anyhow, cells added or emptied: the lines on which records begin are the lines that come out."""
    spoilt = []
    for row, changes in some:
        cells = list(row)
        for place, value in changes:
            cells[place:place] = [value] if place > 5 else []
            cells[min(place, len(cells) - 1)] = value
        spoilt.append(cells)
    content = written(spoilt)
    wanted, line = [], 1
    for cells in csv.reader(io.StringIO(content.decode(), newline="")):
        if line > 1 and any(cell.strip() for cell in cells):
            wanted.append(line)
        line += 1 + sum(cell.count("\n") for cell in cells)
    lines, ending, *_ = outcome(content)
    assert [row.line for row in lines] == wanted
    assert ending in ({"UTF-8", "no_good_row"} if wanted else {"no_rows"})


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="cp932", categories=["Lo"]), min_size=4, max_size=30), min_size=4, max_size=20)
)
def test_japanese_in_cp932_is_never_taken_for_damaged_utf8(lines: list[str]) -> None:
    content = ("会員番号\n" + "\n".join(lines)).encode("cp932")
    assert find_encoding([content]) == "cp932"


@settings(max_examples=100, deadline=None)
@given(st.lists(members, min_size=2, max_size=30), st.integers(0, 10**6), st.integers(0x80, 0xFF))
def test_utf8_with_one_bad_byte_is_never_read_as_cp932(some: list[tuple[str, ...]], place: int, bad: int) -> None:
    content = bytearray(written(some))
    beyond = [at for at, byte in enumerate(content) if byte >= 0xE0]  # the first byte of a letter of three
    content[beyond[place % len(beyond)]] = bad
    try:
        bytes(content).decode()
    except UnicodeDecodeError:
        assert code(refused(bytes(content))) == "wrong_encoding"


def test_a_file_with_thousands_of_rows_set_aside_keeps_its_line_numbers() -> None:
    rng = random.Random(20261201)  # noqa: S311
    some = [
        (str(10_000_000 + n), "ベーシックプラン", "" if rng.random() < 0.03 else f"見本{n}", "", "", "")
        for n in range(20_000)
    ]
    found = rows(written(some, headings=HEADINGS, encoding="cp932"))
    assert [row.line for row in found] == list(range(2, 20_002))
    assert {row.line for row in found if type(row) is SetAside} == {
        n for n, row in enumerate(some, start=2) if not row[2]
    }
    assert all(row.effective_date == DAY for row in found if type(row) is ReadRow)
