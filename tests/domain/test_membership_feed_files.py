"""The twenty-five kinds of file that may arrive, each with what has to become of it."""

from __future__ import annotations

import gzip

import pytest

from sonae.domain.membership_feed.lines import LONGEST_LINE
from sonae.domain.membership_feed.rows import ReadRow, SetAside
from sonae.integrations.spreadsheet.workbook import open_workbook
from tests.domain.feeds import DAY, HEADINGS, KAIKEI, KOMUTEN, LISTED, MEMBERS, SEISAKUSHO, code, refused, rows, written
from tests.integrations.workbooks import workbook_of


def named(*names: str) -> list[tuple[str, ...]]:
    """A row for each name, with a number of its own."""
    return [(str(10_000_001 + place), "PAP会員", name, "", "", "") for place, name in enumerate(names)]


def names_of(content: bytes) -> list[str]:
    found = rows(content)
    assert all(type(row) is ReadRow for row in found), found
    return [row.name for row in found if type(row) is ReadRow]


DIFFICULT_BYTES = ("表計算", "能代商店", "ソフト館", "機構", "十条ポンプ", "構造社")  # 5C or 7C as second byte
EXTENSIONS = ("髙橋商会", "山﨑工業", "①番館", "㈱見本", "Ⅱ号店", "纊彅鍈")  # NEC and IBM
DASHES = ("見本～例示", "見本－例示", "ー〜−―")


# 1–8: encodings and line ends. All of them are the same list.
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_1_to_4_every_usual_encoding_is_read(encoding: str) -> None:
    assert rows(written(MEMBERS, encoding=encoding)) == LISTED


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_4_utf16_is_known_by_its_mark_and_refused_without(order: str) -> None:
    assert rows("\ufeff".encode(order) + written(MEMBERS, encoding=order)) == LISTED
    assert code(refused(written(MEMBERS, encoding=order))) == "binary"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_5_to_7_lines_may_end_in_any_way(end: str) -> None:
    assert rows(written(MEMBERS, end=end)) == LISTED
    assert rows(written(MEMBERS, end=end).removesuffix(end.encode())) == LISTED


def test_8_tabs_are_as_good_as_commas() -> None:
    assert rows(written(MEMBERS, delimiter="\t")) == LISTED


# 9–12: letters.
@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_9_second_bytes_that_look_like_a_backslash_or_a_bar_stay_letters(encoding: str) -> None:
    assert DIFFICULT_BYTES[0].encode("cp932")[1] == 0x5C
    assert names_of(written(named(*DIFFICULT_BYTES), encoding=encoding)) == list(DIFFICULT_BYTES)


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_10_extensions_of_nec_and_ibm_stay_what_they_are(encoding: str) -> None:
    assert names_of(written(named(*EXTENSIONS), encoding=encoding)) == list(EXTENSIONS)


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_11_dashes_and_waves_come_out_the_same_from_both_encodings(encoding: str) -> None:
    assert names_of(written(named(*DASHES), encoding=encoding)) == ["見本～例示", "見本－例示", "ー～－―"]


def test_12_a_line_break_within_quotes_is_one_row() -> None:
    content = written([*named("株式会社\r\n見本"), SEISAKUSHO])
    assert [(row.line, row.name) for row in rows(content) if type(row) is ReadRow] == [
        (2, "株式会社 見本"),
        (4, "例示製作所"),
    ]


# 13–17: not what it says it is.
def test_13_a_nul_refuses_the_file_with_its_line() -> None:
    refusal = refused(written([KOMUTEN, *named("見本\0"), KAIKEI]))
    assert (code(refusal), refusal and refusal.details) == ("binary", {"line": 3})
    assert code(refused(gzip.compress(written(MEMBERS)))) == "binary"


def test_14_a_line_of_ten_megabytes_refuses_the_file() -> None:
    long = ("10000033", "PAP会員", "見" * 10_000_000, "", "", "")
    refusal = refused(written([KOMUTEN, long, KAIKEI]))
    assert (code(refusal), refusal and refusal.details) == ("line_too_long", {"line": 3, "most": LONGEST_LINE})


def test_15_a_file_that_breaks_off_within_a_letter_is_refused() -> None:
    for encoding in ("utf-8", "cp932", "utf-16"):
        whole = written([KOMUTEN, *named("見本")], encoding=encoding, end="\n")
        cut = whole[: whole.rindex("本".encode(encoding)[-2:]) + 1]
        refusal = refused(cut)
        assert (code(refusal), refusal and refusal.details) == ("truncated", {"line": 3})


@pytest.mark.parametrize("cut", [',"03-0000', ""])
def test_15_a_file_that_breaks_off_within_a_row_is_refused(cut: str) -> None:
    content = written(MEMBERS).decode() + "10000033,PAP会員,見本" + (f',"",""{cut}' if cut else "")
    assert code(refused(content.encode())) == ("quote_not_closed" if cut else "truncated")


def test_16_a_file_of_two_encodings_is_refused() -> None:
    content = written(MEMBERS) + written(named("髙橋商会"), encoding="cp932").split(b"\r\n", 1)[1]
    refusal = refused(content)
    assert (code(refusal), refusal and refusal.details) == ("wrong_encoding", {"line": 5, "encoding": "UTF-8"})


def test_17_a_workbook_is_known_by_its_bytes_and_never_by_its_name() -> None:
    """``read_feed`` isn't told a name: an .xlsx called .csv is read as a workbook, and text called .xlsx as text."""
    content = workbook_of([HEADINGS, *MEMBERS])
    assert rows(content, open_workbook=open_workbook) == LISTED
    assert code(refused(content)) == "workbook_not_read"
    assert rows(written(MEMBERS), open_workbook=open_workbook) == LISTED
    assert code(refused(b"PK\x03\x04 no zip at all", open_workbook=open_workbook)) == "workbook_broken"


# 18–20: headings.
def test_18_a_renamed_heading_refuses_the_file() -> None:
    assert code(refused(written(MEMBERS, headings=("番号", *HEADINGS[1:])))) == "heading_missing"
    assert code(refused(written(MEMBERS[1:], headings=MEMBERS[0]))) == "heading_missing"  # no headings at all


def test_19_columns_in_another_order_are_the_same_list() -> None:
    content = written([row[::-1] for row in MEMBERS], headings=HEADINGS[::-1])
    assert rows(content) == LISTED


def test_20_a_heading_that_stands_there_twice_refuses_the_file() -> None:
    refusal = refused(written([(*row, row[2]) for row in MEMBERS], headings=(*HEADINGS, "会社名")))
    assert (code(refusal), refusal and refusal.details) == ("heading_twice", {"first": "会員名", "second": "会社名"})


# 21–25: rows.
def test_21_ragged_rows_are_set_aside() -> None:
    found = rows(written([KOMUTEN[:4], SEISAKUSHO, (*KAIKEI, "余分")]))
    assert [(row.line, row.reason) for row in found if type(row) is SetAside] == [(2, "ragged"), (4, "ragged")]
    assert found[1] == LISTED[1]


def test_22_a_number_that_stands_there_twice_is_given_twice() -> None:
    """The first has gone on when the second comes: the database sets them aside (``duplicate_number``), or counts them once."""
    assert [row.number for row in rows(written([KOMUTEN, KOMUTEN, SEISAKUSHO]))] == ["10000017", "10000017", "10000025"]


def test_23_three_percent_of_bad_rows_are_set_aside_and_the_others_go_on() -> None:
    some = [(str(10_000_000 + n), "PAP会員" if n % 100 >= 3 else "不明", f"見本{n}", "", "", "") for n in range(1_000)]
    found = rows(written(some, encoding="cp932"))
    bad = [row for row in found if type(row) is SetAside]
    assert (len(found), len(bad)) == (1_000, 30)
    assert [row.line for row in bad[:4]] == [2, 3, 4, 102]
    assert {row.reason for row in bad} == {"unknown_class"}


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (written([]), "no_rows"),
        (written([]) + b",,,,,\r\n", "no_rows"),
    ],
)
def test_24_a_file_without_rows_is_refused(content: bytes, wanted: str) -> None:
    assert code(refused(content)) == wanted


def test_25_a_quote_that_is_never_closed_refuses_the_file_and_swallows_nobody() -> None:
    lines = [",".join(row) for row in (HEADINGS, *MEMBERS)]
    open_at_2 = [*lines[:1], lines[1].replace("見本工務店", '"見本工務店'), *lines[2:]]
    for content in ("\n".join(open_at_2) + "\n", "\n".join([*open_at_2, '10000033,PAP会員,"見本",,,', ""])):
        refusal = refused(content.encode())
        assert (code(refusal), refusal and refusal.details) == ("quote_not_closed", {"line": 2})
    closed_later = [*lines[:1], '10000017,PAP会員,"見本', lines[2], '10000033,PAP会員,見本",,,', ""]
    assert code(refused("\n".join(closed_later).encode())) == "quote_not_closed"


def test_a_short_file_is_read_as_it_is_and_held_by_the_brake() -> None:
    """Thirty percent missing, an old file after a new one, the same file twice: those are for ``apps.membership`` to find."""
    assert rows(written(MEMBERS[:1])) == LISTED[:1]
    assert rows(written(MEMBERS[:1]))[0].line == 2
    assert LISTED[0].effective_date == DAY
