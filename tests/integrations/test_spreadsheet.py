"""Workbooks: their rows as text, and every guard that stands before the library that reads them, shown with and without it."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from sonae.apps.membership.workbook import workbook_reader
from sonae.domain.membership_feed.refusals import FeedRefused
from sonae.domain.membership_feed.rows import SetAside
from sonae.integrations.spreadsheet.limits import LIMITS, Limits
from sonae.integrations.spreadsheet.workbook import as_text, open_workbook
from tests.domain.feeds import HEADINGS, KAIKEI, KOMUTEN, LISTED, MEMBERS, code, reading, refused, rows, written
from tests.integrations.workbooks import A_DAY, SHEET, STRINGS, content_types, packed, parts, workbook_of

FORMULA = '<c r="{place}" t="str"><f>B2</f><v>見本工務店</v></c>'
FORMULA_NEVER_RECKONED = '<c r="{place}"><f>B2</f></c>'
INLINE = '<c r="{place}" t="inlineStr"><is><t>見本工務店</t></is></c>'
ERROR = '<c r="{place}" t="e"><v>#N/A</v></c>'
FIRST_OF_DECEMBER = f'<c r="{{place}}" s="{A_DAY}"><v>46357</v></c>'
TYPES = "[Content_Types].xml"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
MIDNIGHT = datetime.fromisoformat("2026-12-01")
NOON_THAT_DAY = f'<c r="{{place}}" s="{A_DAY}"><v>46357.5</v></c>'


def opened(content: bytes, limits: Limits = LIMITS) -> list[tuple[int, list[str]]]:
    return list(open_workbook([content], limits))


def ending(content: bytes, limits: Limits = LIMITS) -> str:
    """The code of the refusal; empty where the workbook is read."""
    try:
        opened(content, limits)
    except FeedRefused as refusal:
        return refusal.code
    return ""


def with_part(name: str, change: Callable[[str], str]) -> bytes:
    content = parts([HEADINGS, *MEMBERS])
    assert change(content[name]) != content[name]
    return packed({**content, name: change(content[name])})


def test_a_workbook_is_read_like_the_csv_file_of_the_same_rows() -> None:
    assert rows(workbook_of([HEADINGS, *MEMBERS]), open_workbook=open_workbook) == rows(written(MEMBERS)) == LISTED
    assert reading(workbook_of([HEADINGS, *MEMBERS]), open_workbook=open_workbook).encoding == "Excel"


def test_the_reader_that_the_settings_name_reads_it() -> None:
    assert list(workbook_reader()([workbook_of([HEADINGS, KOMUTEN])])) == [(1, list(HEADINGS)), (2, list(KOMUTEN))]


def test_cells_are_read_as_the_text_that_a_csv_file_would_hold() -> None:
    row = (
        10000017,
        1.5,
        FORMULA,
        INLINE,
        FIRST_OF_DECEMBER,
        NOON_THAT_DAY,
        ERROR,
        FORMULA_NEVER_RECKONED,
        None,
        "=1+1",
    )
    assert opened(workbook_of([row])) == [
        (1, ["10000017", "1.5", "見本工務店", "見本工務店", "2026-12-01", "2026-12-01 12:00:00", "", "", "", "=1+1"])
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(True, "TRUE"), (False, "FALSE"), (10000017.0, "10000017"), (0.1, "0.1"), (7, "7"), (time(10, 0), "10:00:00"),
     (date(2026, 12, 1), "2026-12-01"), (MIDNIGHT, "2026-12-01"), (MIDNIGHT + timedelta(minutes=1), "2026-12-01 00:01:00")],
)  # fmt: skip
def test_a_cell_becomes_text(cell: bool | float | time | date, text: str) -> None:
    assert as_text(cell) == text


def test_rows_are_numbered_as_the_sheet_numbers_them() -> None:
    content = workbook_of([(), (None, *HEADINGS), (), (None, *KOMUTEN), (None, "", *KAIKEI[1:])])
    found = rows(content, open_workbook=open_workbook)
    assert found[0] == LISTED[0]._replace(line=4)
    assert found[1] == SetAside(5, "missing_number", "会員番号", "," + ",".join(KAIKEI[1:]), "")


def test_a_number_that_lost_its_leading_zeros_is_set_aside_with_that_reason() -> None:
    (lost, _) = rows(workbook_of([HEADINGS, (17, *KOMUTEN[1:]), KAIKEI]), open_workbook=open_workbook)
    assert isinstance(lost, SetAside)
    assert (lost.line, lost.reason, lost.column) == (2, "number_form", "会員番号")


def test_a_formula_in_a_cell_that_is_text_is_set_aside() -> None:
    (bad, _) = rows(
        workbook_of([HEADINGS, (KOMUTEN[0], KOMUTEN[1], "=HYPERLINK(1)"), KAIKEI]), open_workbook=open_workbook
    )
    assert isinstance(bad, SetAside)
    assert (bad.reason, bad.column) == ("formula", "会員名")


def test_a_workbook_without_data_is_empty() -> None:
    assert code(refused(workbook_of([]), open_workbook=open_workbook)) == "empty"
    assert code(refused(workbook_of([HEADINGS]), open_workbook=open_workbook)) == "no_rows"


def test_a_second_sheet_with_data_refuses_the_workbook_and_an_empty_one_does_not() -> None:
    refusal = refused(workbook_of([HEADINGS, KOMUTEN], [["控え"]]), open_workbook=open_workbook)
    assert (code(refusal), refusal and refusal.details) == ("workbook_sheets", {"count": 2, "names": "会員、控え"})
    assert opened(workbook_of([], [HEADINGS])) == [(1, list(HEADINGS))]


def test_parts_that_are_not_read_do_not_matter() -> None:
    content = parts([HEADINGS, KOMUTEN])
    assert ending(packed({**content, "xl/media/picture.png": b"\0" * 9, "docProps/app.xml": "<!DOCTYPE x>"})) == ""


def without(missing: str) -> dict[str, str]:
    return {name: part for name, part in parts([HEADINGS]).items() if name != missing}


DAMAGED: list[tuple[str, bytes, str]] = [
    ("an encrypted workbook, or one of the old kind", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook_encrypted"),
    ("a container of something else", packed({"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"}), "not_a_workbook"),
    ("a binary workbook", packed({"[Content_Types].xml": "<x/>", "xl/workbook.bin": b"\0"}), "not_a_workbook"),
    ("an empty container", packed({}), "not_a_workbook"),
    ("a workbook with macros", packed({**parts([HEADINGS]), "xl/vbaProject.bin": b"x"}), "workbook_macros"),
    ("a workbook that says it has macros", packed({**parts([HEADINGS]), TYPES: content_types(1, MACROS)}), "workbook_macros"),
    ("half a workbook", workbook_of([HEADINGS, *MEMBERS])[:900], "workbook_broken"),
    ("a part that isn't there", packed(without(SHEET)), "workbook_broken"),
    ("a part that breaks off", with_part(SHEET, lambda part: part[:-40]), "workbook_broken"),
    ("a part packed in a way that workbooks don't know", packed(parts([HEADINGS]), zipfile.ZIP_LZMA), "workbook_broken"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "wanted"), [one[1:] for one in DAMAGED], ids=[one[0] for one in DAMAGED])
def test_what_is_no_sound_workbook_is_refused(content: bytes, wanted: str) -> None:
    assert code(refused(content, open_workbook=open_workbook)) == wanted


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(workbook_of([HEADINGS]))
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the first entry of the directory
    assert ending(bytes(content)) == "workbook_encrypted"


# Each guard, and what happens where it is off.


@pytest.mark.parametrize("name", [SHEET, STRINGS, "xl/workbook.xml"])
@pytest.mark.parametrize("mark", ['<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '<!ENTITY e "x">', "\0"])
def test_a_part_that_declares_entities_or_holds_a_nul_is_refused(name: str, mark: str) -> None:
    assert ending(with_part(name, lambda part: part.replace("?>", "?>" + mark, 1))) == "workbook_unsafe"


def test_an_entity_is_found_wherever_two_blocks_meet() -> None:
    """The mark stands across the edge of the blocks in which a part is unpacked (1 MiB), whatever the shift."""
    for shift in range(0, 12, 3):
        filler = "<!--" + "x" * ((1 << 20) - len("<!-- -->") - shift) + "-->"
        content = with_part(SHEET, lambda part, filler=filler: filler + "<!DOCTYPE x>" + part)  # type: ignore[misc]
        assert ending(content, replace(LIMITS, ratio=10**6, tag=10**8)) == "workbook_unsafe"


def sparse(place: str) -> bytes:
    return with_part(
        SHEET, lambda part: part.replace("</sheetData>", f'<row r="9"><c r="{place}"><v>1</v></c></row></sheetData>')
    )


@pytest.mark.parametrize("place", ["XFD1048576", "ZZ99999", "A9999999", "xfd999999"])
def test_one_cell_in_the_last_corner_is_refused(place: str) -> None:
    assert ending(sparse(place)) == "workbook_too_large"
    assert ending(sparse("J1000")) == ""


@pytest.mark.parametrize(
    "cell",
    [
        "<c><v>1</v></c>",
        '<c t=\' r="A1"\' r="XFD1048576"><v>1</v></c>',
        '<c t=">" r="XFD1048576"><v>1</v></c>',
        '<x:c x:r="A1"><v>1</v></x:c>',
        '<c r="&#88;FD1"><v>1</v></c>',
    ],
)
def test_a_cell_that_hides_where_it_stands_is_refused(cell: str) -> None:
    content = with_part(SHEET, lambda part: part.replace("</sheetData>", f'<row r="9">{cell}</row></sheetData>'))
    assert ending(content) in {"workbook_unsafe", "workbook_too_large"}


def test_without_that_guard_a_small_file_takes_a_gigabyte(tmp_path: Path) -> None:
    """Read by the library alone, 20,000 rows of which the last has a cell in column 500: ten million cells that aren't there."""
    path = tmp_path / "sparse.xlsx"
    path.write_bytes(sparse("SF20000"))
    script = (
        "import resource, sys\n"
        "from python_calamine import CalamineWorkbook\n"
        "sheet = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0)\n"
        "print(sheet.height, sheet.width, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=True, capture_output=True, text=True)
    height, width, kibibytes = map(int, done.stdout.split())
    assert (height, width) == (20_000, 500)
    assert path.stat().st_size < 3_000
    assert kibibytes > 200_000
    assert ending(path.read_bytes(), replace(LIMITS, cells=9_999_999)) == "workbook_too_large"


def repeated_text(cells: int, length: int) -> bytes:
    return workbook_of([["見" * length]] * cells)


def test_a_long_text_that_many_cells_share_is_refused() -> None:
    """The library gives each cell a copy of its own: three bytes a letter, a thousand cells."""
    content = repeated_text(1_000, 3_000)
    assert len(content) < 20_000
    assert ending(content, replace(LIMITS, text=9_000_000)) == "workbook_too_large"
    copies = opened(content)
    assert sum(len(cells[0].encode()) for _, cells in copies) == 9_000_000


def test_a_text_in_many_pieces_counts_as_one() -> None:
    pieces = "<si>" + "<r><t>見見</t></r>" * 1_000 + "</si></sst>"
    content = with_part(STRINGS, lambda part: part.replace("</sst>", pieces))
    assert ending(content, replace(LIMITS, text=100_000)) == "workbook_too_large"
    assert ending(content) == ""


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_part(SHEET, lambda part: part + " " * 5_000_000)
    assert len(bomb) < 10_000
    assert ending(bomb) == "workbook_too_large"  # five million bytes from five thousand
    off = replace(LIMITS, ratio=10_000, tag=10_000_000)
    assert ending(bomb, off) == ""
    assert ending(bomb, replace(off, unpacked=4_000_000)) == "workbook_too_large"


def test_a_bomb_that_lies_about_its_size_is_never_unpacked_beyond_it() -> None:
    """The directory says 1,000 bytes. Unpacking stops there, and the checksum tells that there was more."""
    honest = with_part(SHEET, lambda part: part + " " * 5_000_000)
    with zipfile.ZipFile(io.BytesIO(honest)) as container:
        entry = container.getinfo(SHEET)
    size = entry.file_size.to_bytes(4, "little")
    assert honest.count(size) == 2  # before the part, and in the directory
    lying = honest.replace(size, (1_000).to_bytes(4, "little"))
    assert ending(lying, replace(LIMITS, ratio=10_000, tag=10_000_000)) == "workbook_broken"


def test_too_many_entries_are_refused() -> None:
    content = parts([HEADINGS, KOMUTEN])
    many = {f"xl/media/{n}.png": b"" for n in range(1_000)}
    assert ending(packed({**content, **many})) == "workbook_too_large"
    assert ending(packed({**content, **many}), replace(LIMITS, entries=2_000)) == ""


def test_a_part_that_stands_there_twice_is_refused() -> None:
    """Which of the two is read is a matter of taste, so that a scanner and a reader may see different ones."""
    content = parts([HEADINGS, KOMUTEN])
    assert ending(packed({**content, SHEET.upper(): content[SHEET]})) == "workbook_broken"


def test_the_library_sees_no_container_but_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    class Watching:
        @staticmethod
        def from_path(path: Path) -> CalamineWorkbook:
            with zipfile.ZipFile(path) as container:
                seen.append(container.namelist())
            return CalamineWorkbook.from_path(path)

    monkeypatch.setattr("sonae.integrations.spreadsheet.workbook.CalamineWorkbook", Watching)
    opened(packed({**parts([HEADINGS]), "xl/externalLinks/externalLink1.xml": "<x/>", "xl/media/a.png": b"x"}))
    assert [sorted(names) for names in seen] == [sorted(parts([HEADINGS]))]


def test_nothing_is_left_behind_when_reading_stops_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = open_workbook([workbook_of([HEADINGS, *MEMBERS])])
    next(found)
    assert len(list(tmp_path.iterdir())) == 1
    found.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []
