"""Rate a whole file of risks: read in pieces, rated in bulk, every row answered, a bad one with its line and what is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO

import numpy as np

from sonae.domain.calendar import is_start_day
from sonae.domain.period import months_between
from sonae.domain.quoting import LARGEST_SALES, FactsInvalid, PublishedVersion, answer_quote
from sonae.domain.rating_bulk import BulkTariff, compile_tariff, rate_many, reason_codes

COLUMNS = ("industry", "annual_sales", "plan", "start_on")
ANSWERS = ("decision", "reasons", "annual_premium", "term_premium", "monthly_equivalent")
ROWS_AT_ONCE = 50_000
# What makes a formula of a cell, behind any blanks and marks that a spreadsheet passes over. Plain numbers do not.
FORMULA = re.compile(r"[\s\x00-\x1f\u200b\u2060\ufeff\"']*[=+\-@＝＋－＠]|'*[\t\r\n]")
NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
TEXT_MARK = "'"  # a spreadsheet shows what follows as text


class FileUnreadable(ValueError):
    """The file as a whole can't be rated; the message says why and what is expected."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was set aside: its line, and each fact that can't be used."""

    line: int
    problems: tuple[str, ...]


@dataclass(slots=True)
class Totals:
    """What became of the rows."""

    accepted: int = 0
    referred: int = 0
    bad: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Year:
    """One scheme year, ready for bulk rating: its tariff, and the place of each code in it."""

    version: PublishedVersion
    tariff: BulkTariff
    industries: dict[str, int]
    plans: dict[str, int]


class FileRater:
    """Rates rows under the published versions."""

    def __init__(self, versions: Sequence[PublishedVersion], *, today: date) -> None:
        self._versions = versions
        self._today = today
        self._years = [_ready(version) for version in versions]
        self._starts: dict[str, tuple[int, int] | None] = {}

    def rate(self, source: IO[str], target: IO[str]) -> Totals:
        """Read risks from ``source``, write answers to ``target``. Raises ``FileUnreadable``; nothing is skipped in silence."""
        totals = Totals()
        lines = _rows(source)
        places = _places(next(lines, None))
        writer = csv.writer(target, lineterminator="\r\n")  # RFC 4180; with "\n" a bare return would go unquoted
        writer.writerow([*COLUMNS, *ANSWERS])
        for piece in iter(lambda: list(islice(lines, ROWS_AT_ONCE)), []):
            writer.writerows(self._rate_piece(piece, places, totals))
        return totals

    def _rate_piece(
        self, piece: list[tuple[int, list[str]]], places: tuple[int, ...], totals: Totals
    ) -> Iterable[Sequence[str | int]]:
        industry_at, sales_at, plan_at, start_at = places
        width = max(places) + 1
        answers: list[Sequence[str | int]] = [()] * len(piece)
        by_year: list[tuple[list[int], list[int], list[int], list[int], list[int]]] = [
            ([], [], [], [], []) for _ in self._years
        ]
        for position, (line, row) in enumerate(piece):
            found = self._find(row, industry_at, sales_at, plan_at, start_at) if len(row) >= width else None
            if found is None:
                answers[position] = self._set_aside(line, row, places, totals)
                continue
            year, *facts = found
            for column, value in zip(by_year[year], (position, *facts), strict=True):
                column.append(value)
        for ready, columns in zip(self._years, by_year, strict=True):
            if columns[0]:
                self._rate_year(ready, columns, piece=piece, places=places, answers=answers, totals=totals)
        return answers

    def _find(
        self, row: list[str], industry_at: int, sales_at: int, plan_at: int, start_at: int
    ) -> tuple[int, int, int, int, int] | None:
        """Year, industry, sales, plan, months as numbers; None if any of them can't be used."""
        start = row[start_at]
        if start not in self._starts:
            self._starts[start] = self._find_start(start)
        place = self._starts[start]
        if place is None:
            return None
        year = self._years[place[0]]
        industry, plan, sales = year.industries.get(row[industry_at]), year.plans.get(row[plan_at]), row[sales_at]
        if industry is None or plan is None or not (sales.isascii() and sales.isdigit() and len(sales) <= 14):
            return None
        yen = int(sales)
        return (place[0], industry, yen, plan, place[1]) if yen <= LARGEST_SALES else None

    def _find_start(self, text: str) -> tuple[int, int] | None:
        try:
            start_on = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            return None
        for index, version in enumerate(self._versions):
            if start_on is not None and start_on in version.term and is_start_day(version.product.calendar, start_on):
                return index, months_between(start_on, version.term.expiry_on)
        return None

    def _rate_year(
        self,
        year: _Year,
        columns: tuple[list[int], ...],
        *,
        piece: list[tuple[int, list[str]]],
        places: tuple[int, ...],
        answers: list[Sequence[str | int]],
        totals: Totals,
    ) -> None:
        positions, industries, sales, plans, months = columns
        rated = rate_many(
            year.tariff, np.array(industries), np.array(sales, np.int64), np.array(plans), np.array(months)
        )
        reasons = {mask: ";".join(reason_codes(year.tariff, mask)) for mask in np.unique(rated.reasons).tolist()}
        table = zip(
            positions, rated.accepted.tolist(), rated.reasons.tolist(), rated.annual_premium.tolist(),
            rated.term_premium.tolist(), rated.monthly_equivalent.tolist(), strict=True,
        )  # fmt: skip
        a, b, c, d = places
        for position, accepted, mask, annual, term, monthly in table:
            row = piece[position][1]
            if accepted:
                answers[position] = (row[a], row[b], row[c], row[d], "accepted", "", annual, term, monthly)
            else:
                answers[position] = (row[a], row[b], row[c], row[d], "referred", reasons[mask], "", "", "")
        accepted_rows = int(np.count_nonzero(rated.accepted))
        totals.accepted += accepted_rows
        totals.referred += len(positions) - accepted_rows

    def _set_aside(self, line: int, row: list[str], places: tuple[int, ...], totals: Totals) -> Sequence[str]:
        facts = [_as_typed(row[place]) if place < len(row) else "" for place in places]
        totals.bad.append(BadRow(line, tuple(self._problems(*facts)) or ("the row can't be read",)))
        return [*map(_harmless, facts), "invalid", "", "", "", ""]

    def _problems(self, industry: str, sales: str, plan: str, start: str) -> Iterator[str]:
        try:
            answer_quote(
                versions=self._versions, industry=industry, annual_sales=sales, start_on=start, today=self._today
            )
        except FactsInvalid as invalid:
            for problem in invalid.problems:
                yield f"{problem.field}: given {problem.given!r}; {problem.expected.en}"
        codes = self._years[-1].plans
        if plan not in codes:
            yield f"plan: given {plan[:80]!r}; one of these codes is expected: {', '.join(codes)}"


def _ready(version: PublishedVersion) -> _Year:
    tariff = compile_tariff(version.product)
    industries = {code: place for place, code in enumerate(tariff.industries)}
    return _Year(version, tariff, industries, {code: place for place, code in enumerate(tariff.plans)})


def _rows(source: IO[str]) -> Iterator[tuple[int, list[str]]]:
    """Every row that holds anything, with the line on which it ends."""
    reader = csv.reader(source)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            f"after line {reader.line_num}: not UTF-8 (byte {error.start}); save the file as CSV UTF-8"
        ) from error
    except csv.Error as error:
        raise FileUnreadable(f"line {reader.line_num + 1}: no CSV ({error})") from error


def _places(header: tuple[int, list[str]] | None) -> tuple[int, ...]:
    names = [] if header is None else [name.strip().lower() for name in header[1]]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise FileUnreadable(
            f"line 1: the heading has no {', '.join(missing)}; expected are the columns {','.join(COLUMNS)}"
        )
    return tuple(names.index(column) for column in COLUMNS)


def _harmless(text: str) -> str:
    """Echoed text of a bad row can't become a formula in a spreadsheet."""
    return f"{TEXT_MARK}{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _as_typed(text: str) -> str:
    """A cell of a file that we wrote ourselves, without the mark that made it harmless."""
    bare = text.removeprefix(TEXT_MARK)
    return bare if bare != text and _harmless(bare) == text else text
