"""A figure by the parts of a group, and the rows behind it: both from the same rows, narrowed down alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from sonae.apps.reporting.figures.asked import Asked
from sonae.apps.reporting.figures.topics import GROUPS, KEPT_GROUPS, Figure, When
from sonae.domain.earning import month_of

AT_ONCE = 2_000
REACHED = "reached"
COLUMNS = (
    "key, on_date, moment, number, certificate, member, plan, member_class, industry, language, detail, reason, yen"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """So many rows, and their yen."""

    count: int = 0
    yen: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.count + other.count, self.yen + other.yen)


NONE = Counted()


class Row(NamedTuple):
    """COLUMNS, in their order: number and facts of one thing. No name, no address and nothing else of a person is among them."""

    key: int
    on_date: date
    moment: datetime | None
    number: str
    certificate: str
    member: str
    plan: str
    member_class: str
    industry: str
    language: str
    detail: str
    reason: str
    yen: int


Parts = dict[str, Counted]  # by the values of a group that come up


def counted_by(figure: Figure, asked: Asked, group: str) -> Parts:
    """One figure by the parts of the group."""
    return all_counted_by([figure], asked, group)[figure.code]


def all_counted_by(figures: Sequence[Figure], asked: Asked, group: str) -> dict[str, Parts]:
    """By the figures' codes. Those that stand on the same relation are counted in one reading of its rows."""
    found = {figure.code: _kept_by(figure, asked, group) for figure in figures if figure.kept}
    for relation in dict.fromkeys(figure.relation for figure in figures if not figure.kept):
        found |= _read_once([one for one in figures if one.relation == relation], asked, group)
    return found


def _read_once(figures: Sequence[Figure], asked: Asked, group: str) -> dict[str, Parts]:
    sums = ", ".join(
        f"count(*) FILTER (WHERE {one.where}), coalesce(sum(yen) FILTER (WHERE {one.where}), 0)" for one in figures
    )
    statement = f"""
        SELECT {GROUPS[group]}, {sums} FROM ({figures[0].relation}) AS counted WHERE {_narrowed(asked)} GROUP BY 1
    """  # noqa: S608  # our own names alone
    parts: dict[str, Parts] = {one.code: {} for one in figures}
    for value, *counts in _all(statement, asked.values()):
        for figure, count, yen in zip(figures, counts[::2], counts[1::2], strict=True):
            if count:
                parts[figure.code][value] = Counted(count, int(yen))
    return parts


def total_of(parts: Mapping[str, Counted]) -> Counted:
    """All parts together."""
    return sum(parts.values(), NONE)


def rows_behind(figure: Figure, asked: Asked, *, before: int | None = None, most: int) -> list[Row]:
    """The rows that make the figure up, the latest first; those before a key, where one is given."""
    narrowed = _narrowed(asked) if before is None else f"{_narrowed(asked)} AND key < %(before)s"
    statement = f"SELECT {COLUMNS} FROM ({figure.rows}) AS counted WHERE {narrowed} ORDER BY key DESC LIMIT %(most)s"  # noqa: S608  # our own names alone
    values = {**asked.values(), "before": before, "most": most}
    return [Row(*row) for row in _all(statement, values)]


def every_row(figure: Figure, asked: Asked) -> Iterator[Row]:
    """All of them, in chunks, none of which is kept."""
    before: int | None = None
    while chunk := rows_behind(figure, asked, before=before, most=AT_ONCE):
        yield from chunk
        before = chunk[-1].key


def _kept_by(figure: Figure, asked: Asked, group: str) -> Parts:
    within = "month = %(month)s" if figure.when is When.ROUND else "month >= %(since)s AND month < %(until)s"
    part = figure.where if figure.part_of else "true"
    statement = f"""
        SELECT {KEPT_GROUPS[group]}, sum(row_count), sum(yen) FROM reporting_keptcount
        WHERE figure = %(figure)s AND {within} AND {part} AND {_narrowed(asked, KEPT_GROUPS)} GROUP BY 1
    """  # noqa: S608  # our own names alone
    values = {**asked.values(), "figure": figure.part_of or figure.code, "month": month_of(asked.on)}
    return {value: Counted(int(count), int(yen)) for value, count, yen in _all(statement, values)}


def _narrowed(asked: Asked, groups: Mapping[str, str] = GROUPS) -> str:
    """No group of the address gets into the statement by itself: only those that stand in ``groups``."""
    chosen = [
        f"detail >= %(chosen_{REACHED})s" if group == REACHED else f"{groups[group]} = %(chosen_{group})s"
        for group in asked.chosen
    ]
    return " AND ".join(["true", *chosen])


def _all(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
