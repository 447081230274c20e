"""A workbook (.xlsx) that is sent while it is made: one piece of it is in memory, however many rows it has.

Only what a list needs: one table on a sheet, a bold line of headings that stays in view, texts, whole numbers and days. No formula,
ever: a text that begins like one is a text. The same rows give the same bytes. Standard: ECMA-376 (Office Open XML).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import IO, cast
from xml.sax.saxutils import escape

from sonae.domain.csv_cells import Cell

ROWS_OF_A_SHEET = 1_048_576  # the most that Excel opens; further rows go on the next sheet, under the same headings
AT_ONCE = 2_000
EPOCH = date(1899, 12, 30)  # Excel's day 0, for every day after February 1900
DATED = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can say: the same list is the same file
TEXT, HEADING, NUMBER, DAY = 0, 1, 2, 3
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x003D_ as =, unless its first _ is written so too
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = f"""{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/>
<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>"""


class _Outgoing:
    """What the archive has written and nobody has taken yet. It can't be wound back, which tells zipfile to stream."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to be done: what was written is taken as it comes."""

    def take(self) -> bytes:
        taken, self._waiting = b"".join(self._waiting), []
        return taken


def write_workbook(heading: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, sheet: str) -> Iterator[bytes]:
    """The file in pieces. ``sheet`` names the first sheet, in 25 characters that Excel allows there."""
    outgoing, rows, names = _Outgoing(), iter(rows), list[str]()
    with zipfile.ZipFile(cast(IO[bytes], outgoing), "w", zipfile.ZIP_DEFLATED) as archive:
        row = next(rows, None)
        while row is not None or not names:
            names.append(sheet if not names else f"{sheet} ({len(names) + 1})")
            with archive.open(_entry(f"xl/worksheets/sheet{len(names)}.xml"), "w", force_zip64=True) as part:
                part.write(_sheet_begin(heading).encode())
                number = 1
                while row is not None and number < ROWS_OF_A_SHEET:
                    chunk = [row, *islice(rows, min(AT_ONCE, ROWS_OF_A_SHEET - number) - 1)]
                    part.write(
                        "".join(_row(number + place, cells) for place, cells in enumerate(chunk, start=1)).encode()
                    )
                    number += len(chunk)
                    row = next(rows, None)
                    yield outgoing.take()
                part.write(b"</sheetData></worksheet>")
        for name, content in _frame(names).items():
            archive.writestr(_entry(name), content)
    yield outgoing.take()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, DATED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet_begin(heading: Sequence[Cell]) -> str:
    view = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
    columns = f'<cols><col min="1" max="{max(1, len(heading))}" width="18" customWidth="1"/></cols>'
    return f'{_XML}<worksheet xmlns="{_MAIN}">{view}{columns}<sheetData>{_row(1, heading, style=HEADING)}'


def _row(number: int, cells: Sequence[Cell], *, style: int = TEXT) -> str:
    return f'<row r="{number}">{"".join(_cell(cell, style) for cell in cells)}</row>'


def _cell(cell: Cell, style: int) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, date):
        return f'<c s="{DAY}"><v>{(cell - EPOCH).days}</v></c>'
    if isinstance(cell, int):
        return f'<c s="{NUMBER}"><v>{cell}</v></c>'
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(_printable(cell))}</t></is></c>'


def _printable(text: str) -> str:
    """Without the characters that XML has no place for, and with nothing that Excel reads as another character."""
    return _ESCAPED.sub("_x005F_", _UNPRINTABLE.sub("", text))


def _frame(names: Sequence[str]) -> dict[str, str]:
    """Everything beside the sheets."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n in numbers
    )
    return {
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_LINKS}">{links}<Relationship Id="rId0" '
        f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_LINKS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        f'Target="xl/workbook.xml"/></Relationships>',
        "[Content_Types].xml": f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{parts}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>',
    }
