"""One row of the file becomes a ReadRow, or a SetAside that says where it stands and why it can't be used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from operator import itemgetter
from typing import NamedTuple, TypeVar

from sonae.domain.membership_feed.cells import (
    Unfit,
    is_formula,
    read_day,
    read_email,
    read_kana,
    read_name,
    read_number,
    read_telephone,
)
from sonae.domain.membership_feed.header import Header
from sonae.domain.membership_feed.layout import FIELDS, LONGEST, Act, FeedLayout, Field, Form, folded

Value = TypeVar("Value")
LONGEST_RAW = 1_000
REMEMBERED = (
    10_000  # ways of writing a class, an act or a day that are kept, so that a strange file can't fill the memory
)


class ReadRow(NamedTuple):
    """One good row. A row that says ``left`` carries number and day; what else stands in it isn't looked at."""

    line: int
    act: Act
    effective_date: date
    number: str
    member_class: str
    name: str
    name_kana: str
    email: str
    telephone: str


class SetAside(NamedTuple):
    """One row that can't be used. ``number`` is empty where it can't be read either."""

    line: int
    reason: str
    column: str  # the heading as the file writes it; empty where the whole row is meant
    raw: str  # as it stands in the file, cut after 1,000 letters
    number: str


class RowReader:
    """Reads the rows of one file, whose header is known."""

    def __init__(self, header: Header, *, layout: FeedLayout, form: Form, effective_date: date) -> None:
        self._header = header
        self._least, self._most = layout.number_digits_least, layout.number_digits_most
        self._listed = form == "list"
        self._effective_date = effective_date
        # A field without a column is read from a blank cell behind the last one.
        self._pick = itemgetter(*(header.places.get(field, header.width) for field in FIELDS))
        self._classes, self._acts = layout.class_values(), layout.act_values()
        self._seen_classes: dict[str, str] = {}
        self._seen_acts: dict[str, Act] = {}
        self._seen_days: dict[str, date | None] = {}

    def read(self, line: int, cells: list[str], raw: Callable[[], str]) -> ReadRow | SetAside:
        """The row on that line. ``raw`` is asked only where the row is set aside."""
        width = self._header.width
        if len(cells) != width and (len(cells) < width or any(map(str.strip, cells[width:]))):
            return self.set_aside(line, cells, "ragged", raw())
        padded = cells[:width]
        padded.append("")
        try:
            return self._read(line, self._pick(padded))
        except Unfit as unfit:
            return self.set_aside(line, cells, unfit.reason, raw(), unfit.field)

    def set_aside(self, line: int, cells: list[str], reason: str, raw: str, field: Field | None = None) -> SetAside:
        """The row with its reason and, as far as it can be read, its number."""
        column = self._header.headings.get(field, "") if field else ""
        return SetAside(line, reason, column, raw[:LONGEST_RAW], self.find_number(cells))

    def find_number(self, cells: list[str]) -> str:
        """The member number of the row; empty where it can't be read."""
        place = self._header.places["number"]
        try:
            return read_number(cells[place], self._least, self._most) if place < len(cells) else ""
        except Unfit:
            return ""

    def _read(self, line: int, picked: tuple[str, ...]) -> ReadRow:
        number, member_class, name, kana, email, telephone, act_cell, day_cell = picked
        number = read_number(number, self._least, self._most)
        act: Act = "listed"
        effective_date = self._effective_date
        if not self._listed:
            act = self._seen_acts.get(act_cell) or self._act(act_cell)
            effective_date = self._day(day_cell) or effective_date
            if act == "left":
                return ReadRow(line, act, effective_date, number, "", "", "", "", "")
        name = read_name(name, "name", LONGEST["name"])
        if not name:
            raise Unfit("missing_name", "name")
        return ReadRow(
            line,
            act,
            effective_date,
            number,
            self._seen_classes.get(member_class) or self._class(member_class),
            name,
            read_kana(kana, LONGEST["name_kana"]) if kana else "",
            read_email(email, LONGEST["email"]) if email else "",
            read_telephone(telephone, LONGEST["telephone"]) if telephone else "",
        )

    def _class(self, cell: str) -> str:
        found = self._classes.get(folded(cell))
        if found is None:
            raise _not_one_of(cell, "missing_class", "unknown_class", "member_class")
        _remember(self._seen_classes, cell, found)
        return found

    def _act(self, cell: str) -> Act:
        found = self._acts.get(folded(cell))
        if found is None:
            raise _not_one_of(cell, "missing_act", "unknown_act", "act")
        _remember(self._seen_acts, cell, found)
        return found

    def _day(self, cell: str) -> date | None:
        if cell not in self._seen_days:
            _remember(self._seen_days, cell, read_day(cell))
        return self._seen_days[cell]


def _not_one_of(cell: str, missing: str, unknown: str, field: Field) -> Unfit:
    if is_formula(cell):
        return Unfit("formula", field)
    return Unfit(unknown if cell.strip() else missing, field)


def _remember(seen: dict[str, Value], cell: str, value: Value) -> None:
    if len(seen) >= REMEMBERED:
        seen.clear()
    seen[cell] = value
