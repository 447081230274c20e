"""The rows of a workbook's one sheet with data, each cell as the text that a CSV file would hold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from sonae.domain.membership_feed.refusals import FeedRefused
from sonae.integrations.spreadsheet.limits import LIMITS, Limits
from sonae.integrations.spreadsheet.repacking import repack

Cell = int | float | str | bool | time | date | datetime | timedelta


def open_workbook(chunks: Iterable[bytes], limits: Limits = LIMITS) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number in the sheet. A formula gives the value that Excel kept for it.

    Raises FeedRefused: all codes that begin with workbook_, and not_a_workbook.
    """
    with tempfile.TemporaryDirectory(prefix="sonae-workbook-") as folder:
        path = Path(folder, "clean.xlsx")
        _clean(chunks, path, limits)
        sheet = _only_sheet(path)
        for number, cells in enumerate(sheet.iter_rows() if sheet else (), start=1):
            yield number, [cell if type(cell) is str else as_text(cell) for cell in cells]


def _clean(chunks: Iterable[bytes], path: Path, limits: Limits) -> None:
    with tempfile.TemporaryFile() as source, path.open("wb") as target:
        for chunk in chunks:
            source.write(chunk)
        source.seek(0)
        repack(source, target, limits)


def _only_sheet(path: Path) -> CalamineSheet | None:
    """The sheet with data; None where no sheet has any."""
    try:
        workbook = CalamineWorkbook.from_path(path)
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        with_data = [sheet for sheet in map(workbook.get_sheet_by_name, names) if sheet.height]
    except CalamineError as error:
        raise FeedRefused("workbook_broken", part=str(error)[:60]) from error
    if len(with_data) > 1:
        shown = "、".join(sheet.name for sheet in with_data[:5])
        raise FeedRefused("workbook_sheets", count=len(with_data), names=shown)
    return with_data[0] if with_data else None


def as_text(cell: Cell) -> str:
    """10000017.0 is the number 10000017, a day is 2026-12-01. A moment keeps its time, so that it isn't taken for a day."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
