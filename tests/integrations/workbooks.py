"""Workbooks as Excel writes them, built from their parts, so that each part can be made wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
A_DAY = "1"  # the style of a cell that holds a day
MAIN_PART = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
STYLES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
Cell = str | int | float | None


def parts(*sheets: Sequence[Sequence[Cell]], names: Sequence[str] = ("会員", "控え", "三")) -> dict[str, str]:
    """The parts of a workbook: texts are shared, whole numbers and others stand in the sheet."""
    texts: dict[str, int] = {}
    found = {
        "[Content_Types].xml": content_types(len(sheets)),
        "_rels/.rels": f"{HEAD}<Relationships {RELS}>{MAIN_PART}</Relationships>",
        "xl/workbook.xml": workbook(names[: len(sheets)]),
        "xl/_rels/workbook.xml.rels": relations(len(sheets)),
        "xl/styles.xml": f"{HEAD}<styleSheet {MAIN}>{STYLES}</styleSheet>",
    }
    for number, rows in enumerate(sheets, start=1):
        found[f"xl/worksheets/sheet{number}.xml"] = sheet(rows, texts)
    found[STRINGS] = (
        f"{HEAD}<sst {MAIN}>"
        + "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
        + "</sst>"
    )
    return found


def packed(content: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as container:
        for name, part in content.items():
            container.writestr(name, part)
    return file.getvalue()


def workbook_of(*sheets: Sequence[Sequence[Cell]]) -> bytes:
    return packed(parts(*sheets))


def sheet(rows: Iterable[Sequence[Cell]], texts: dict[str, int]) -> str:
    lines = (
        f'<row r="{row}">'
        + "".join(_cell(f"{chr(65 + column)}{row}", cell, texts) for column, cell in enumerate(cells))
        + "</row>"
        for row, cells in enumerate(rows, start=1)
    )
    return f"{HEAD}<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>"


def _cell(place: str, cell: Cell, texts: dict[str, int]) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith("<"):  # written out by the test
        return cell.format(place=place)
    if isinstance(cell, str):
        return f'<c r="{place}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def content_types(sheets: int, main: str = f"{TYPES}.sheet.main+xml") -> str:
    of_sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPES}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/>{of_sheets}</Types>'
    )


def workbook(names: Sequence[str]) -> str:
    of_sheets = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1))
    return f'{HEAD}<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{of_sheets}</sheets></workbook>'


def relations(sheets: int) -> str:
    of_sheets = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f"{HEAD}<Relationships {RELS}>{of_sheets}"
        f'<Relationship Id="rId8" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId9" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    )
