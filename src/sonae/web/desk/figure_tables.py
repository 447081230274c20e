"""A page of figures as tiles, a chart and a table. Every cell leads to the list behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.urls import reverse

from sonae.apps.reporting.figures.counting import NONE, REACHED, Counted, all_counted_by, total_of
from sonae.apps.reporting.figures.topics import Figure, When
from sonae.domain.csv_cells import Cell as FileCell
from sonae.domain.period import add_months
from sonae.domain.text import Text
from sonae.web.desk.figure_address import Address
from sonae.web.desk.figure_words import FIGURES, GROUPS, Names

TIMES = frozenset({"month", "week"})
ALL_SHOWN = frozenset({"step", "weekday"})  # where a value that doesn't come up is worth saying


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of the table with its words."""

    code: str
    name: Text
    definition: Text
    in_yen: bool
    has_yen: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one part, and the address of the list behind it."""

    column: Column
    counted: Counted
    address: str

    @property
    def value(self) -> int:
        """What stands large: the number, or the yen."""
        return self.counted.yen if self.column.in_yen else self.counted.count


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the group."""

    value: str
    name: Text
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FigureTable:
    """``totals`` has every figure of the topic, also those that this group doesn't divide."""

    address: Address
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    totals: tuple[Cell, ...]
    foot: tuple[Cell | None, ...]  # the totals of the columns; None where a total would count twice

    @property
    def group(self) -> Text:
        return GROUPS[self.address.group]

    def heading(self, language: str) -> list[FileCell]:
        """Of the table as a file: a number, and yen where there are any."""
        names: list[FileCell] = [self.group.in_language(language)]
        for one in self.columns:
            name = one.name.in_language(language)
            names += (
                [name]
                if not one.has_yen and not one.in_yen
                else [name, f"{name}（円）" if language == "ja" else f"{name} (yen)"]
            )
        return names

    def rows(self, language: str) -> Iterator[list[FileCell]]:
        """Of the same file."""
        for line in self.lines:
            cells: list[FileCell] = [line.name.in_language(language)]
            for cell in line.cells:
                both = cell.column.has_yen or cell.column.in_yen
                cells += [cell.counted.count, cell.counted.yen] if both else [cell.counted.count]
            yield cells


def table_of(address: Address, names: Names) -> FigureTable:
    """One statement for each relation and each kept figure; and again for those that the group doesn't divide."""
    group, topic = address.group, address.topic
    parts = all_counted_by([figure for figure in topic.figures if divides(group, figure)], address.asked, group)
    undivided = all_counted_by([figure for figure in topic.figures if not divides(group, figure)], address.asked, "all")
    wholes = {code: total_of(one) for code, one in (parts | undivided).items()}
    columns = [column_of(figure) for figure in topic.figures if figure.code in parts]
    foot: list[Cell | None] = [_cell(address, column, wholes[column.code]) for column in columns]
    totals = tuple(_cell(address, column_of(figure), wholes[figure.code]) for figure in topic.figures)
    if group == "step":
        columns, foot = (
            [REACHED_COLUMN, replace(columns[0], name=HERE[0], definition=HERE[1]), *columns[1:]],
            [None, *foot],
        )
        parts[REACHED] = _cumulated(parts["started"], names)
    lines = []
    for value in values_of(address, names, {value for one in parts.values() for value in one}):
        cells = (_cell(address, column, parts[column.code].get(value, NONE), value) for column in columns)
        lines.append(Line(value, names.say(group, value), tuple(cells)))
    return FigureTable(address, tuple(columns), tuple(lines), totals, tuple(foot))


HERE = FIGURES["here"]  # what the applications of a step are called
REACHED_COLUMN = Column(REACHED, *FIGURES[REACHED], in_yen=False, has_yen=False)


def column_of(figure: Figure) -> Column:
    """The figure with its words."""
    return Column(figure.code, *FIGURES[figure.code], figure.in_yen, figure.has_yen)


def divides(group: str, figure: Figure) -> bool:
    """What is true of a day isn't divided by months or weeks."""
    return group not in TIMES or figure.when is When.PERIOD


def list_address(address: Address, figure: str, **chosen: str) -> str:
    """Of the list behind a figure."""
    return f"{reverse('desk:figure_rows', args=[address.topic.code, figure])}?{address.query(by=False, **chosen)}"


def values_of(address: Address, names: Names, found: Collection[str]) -> Sequence[str]:
    """In their order: days without a gap; what the product or the words know, where it comes up; then what nobody knows."""
    group, asked = address.group, address.asked
    if group == "month":
        return _months(asked.since, asked.until)
    if group == "week":
        return _weeks(asked.since, asked.until)
    known = names.of(group)
    return [*(one for one in known if one in found or group in ALL_SHOWN), *sorted(set(found) - known.keys())]


def _cell(address: Address, column: Column, counted: Counted, value: str | None = None) -> Cell:
    if column.code == REACHED:
        return Cell(column, counted, list_address(address, "started", **{REACHED: value or ""}))
    chosen = {} if value is None else {address.group: value}
    return Cell(column, counted, list_address(address, column.code, **chosen))


def _cumulated(parts: Mapping[str, Counted], names: Names) -> dict[str, Counted]:
    return {
        step: total_of({one: counted for one, counted in parts.items() if one >= step}) for step in names.of("step")
    }


def _months(since: date, until: date) -> list[str]:
    found = []
    while since < until:
        found.append(f"{since:%Y-%m}")
        since = add_months(since, 1)
    return found


def _weeks(since: date, until: date) -> list[str]:
    monday, found = since - timedelta(days=since.weekday()), []
    while monday < until:
        found.append(monday.isoformat())
        monday += timedelta(days=7)
    return found
