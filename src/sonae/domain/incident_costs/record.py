"""The record of sources (sources.md): a table with a row for each figure, compared with the figures that pages show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sonae.domain.incident_costs.definition import Figure, LossFacts
from sonae.domain.product.findings import did_you_mean
from sonae.domain.product.reading import Findings, decode

COLUMNS = ("figure", "low yen", "high yen", "for each", "sources", "mark", "as of", "what the source says")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row as it stands in the table, or as the data would have it stand there. ``says`` is the source in our words."""

    low: str
    high: str
    for_each: str
    sources: str
    mark: str
    as_of: str


def check_record(files: Mapping[str, bytes], name: str, facts: LossFacts, findings: Findings) -> None:
    """Add a finding for every figure without a row, row without a figure, and cell that differs."""
    text = decode(files, name, findings)
    if text is None:
        return
    expected = _expected(facts)
    rows: dict[str, Recorded] = {}
    for line, code, row, says in _rows(text):
        if code in rows:
            findings.add(name, f"line {line}", f'"{code}" has two rows.')
        if code not in expected:
            findings.add(name, f"line {line}", f'the data has no figure "{code}".', did_you_mean(code, expected))
        elif not says:
            findings.add(name, f"line {line}", f'the row of "{code}" does not say what its source says.')
        rows[code] = row
    for code, wanted in expected.items():
        if code not in rows:
            findings.add(name, code, f'the figure "{code}" has no row of the form {_shown(wanted)}.')
        elif rows[code] != wanted:
            findings.add(name, code, f"the row says {_shown(rows[code])}, the data {_shown(wanted)}.")


def _rows(text: str) -> Iterator[tuple[int, str, Recorded, str]]:
    """The rows of the one table whose heading is ``COLUMNS``: line, code, cells, what the source says."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
        if cells == COLUMNS:
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and len(cells) == len(COLUMNS) and set(cells[0]) != {"-"}:
            code, *rest, says = cells
            yield number, code, Recorded(*rest), says


def _expected(facts: LossFacts) -> dict[str, Recorded]:
    return {figure.code: _row_of(figure) for figure in facts.figures}


def _row_of(figure: Figure) -> Recorded:
    return Recorded(
        low=f"{figure.low:,}",
        high=f"{figure.high:,}",
        for_each=f"{figure.per:,} {figure.size}" if figure.size else "case",
        sources=" ".join(f"[{number}]" for number in figure.sources) or "–",
        mark=figure.mark,
        as_of=figure.as_of.isoformat(),
    )


def _shown(row: Recorded) -> str:
    return f"{row.low} | {row.high} | {row.for_each} | {row.sources} | {row.mark} | {row.as_of}"
