"""Lines of the insurer's list as cells, by the columns of a profile, in one language. The same lines always make the same cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sonae.domain.bordereau import Line
from sonae.domain.csv_cells import Cell
from sonae.domain.period import add_months
from sonae.domain.product.bordereau import Column, Profile, Source
from sonae.domain.product.definition import Product
from sonae.domain.text import Text

TRANSACTIONS: Mapping[str, Text] = {
    "new": Text("新規", "New"),
    "renewal": Text("更改", "Renewal"),
    "change": Text("変更", "Change"),
    "cancellation": Text("解約", "Cancellation"),
    "reinstatement": Text("復活", "Reinstatement"),
    "reversal": Text("取消し", "Reversal"),
}
# The standard knows these four; what is undone is an adjustment.
RISK_TRANSACTIONS: Mapping[str, Text] = {
    "new": Text("New Business", "New Business"),
    "renewal": Text("Renewal", "Renewal"),
    "cancellation": Text("Cancellation", "Cancellation"),
}
ADJUSTMENT = Text("Adjustment", "Adjustment")
PREMIUM_KINDS: Mapping[str, Text] = {
    "original": Text("当初保険料", "Original Premium"),
    "additional": Text("追加保険料", "Additional Premium"),
    "return": Text("返戻保険料", "Return Premium"),
    "none": Text("", ""),
}


@dataclass(frozen=True)
class Sheet:
    """A month's list under one profile, in one language. ``product`` is the version whose columns it has."""

    product: Product
    profile: Profile
    month: date
    language: str
    _names: Mapping[str, Mapping[str, Text]] = field(init=False)

    def __post_init__(self) -> None:
        product = self.product
        names = {
            "plan": {one.code: one.name for one in product.plans},
            "section": {one.code: one.name for one in product.sections},
            "industry": {one.code: one.name for one in product.industries},
            "member_class": {one.code: one.name for one in product.member_classes},
            "transaction": TRANSACTIONS,
            "premium_kind": PREMIUM_KINDS,
        }
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "language", self.profile.language or self.language)

    def heading(self) -> list[Cell]:
        """The first row."""
        return [column.heading.in_language(self.language) for column in self.profile.columns]

    def row(self, number: int, line: Line) -> list[Cell]:
        """One line; ``number`` counts from 1."""
        return [self._cell(column, number, line) for column in self.profile.columns]

    def _cell(self, column: Column, number: int, line: Line) -> Cell:
        if column.source == "constant":
            return column.value
        value = self._fact(column.source, number, line)
        if column.format == "words" and isinstance(value, str):
            value = self._names.get(column.source, {}).get(value, Text(value, value))
        return value.in_language(self.language) if isinstance(value, Text) else value

    def _fact(self, source: Source, number: int, line: Line) -> Cell | Text:
        if source == "line_number":
            return number
        if source in _OF_THE_SHEET:
            return _OF_THE_SHEET[source](self)
        if source == "risk_transaction":
            return RISK_TRANSACTIONS.get(line.transaction, ADJUSTMENT)
        value: Cell = getattr(line, source)
        if source in {"original_month", "recorded_month"}:
            return f"{value:%Y-%m}" if isinstance(value, date) else ""
        return value

    def rows(self, lines: Sequence[tuple[int, Line]]) -> list[list[Cell]]:
        """Several lines with their numbers."""
        return [self.row(number, line) for number, line in lines]


_OF_THE_SHEET: Mapping[Source, Callable[[Sheet], str | date | Text]] = {
    "month": lambda sheet: f"{sheet.month:%Y-%m}",
    "month_start": lambda sheet: sheet.month,
    "month_end": lambda sheet: add_months(sheet.month, 1) - timedelta(days=1),
    "group_policy_number": lambda sheet: sheet.product.group_policy_number,
    "insurer": lambda sheet: sheet.product.party("insurer").name,
    "policyholder": lambda sheet: sheet.product.party("policyholder").name,
}
