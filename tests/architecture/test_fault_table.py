"""The tables of faults say of each fault which test shows it and which shows it with the guard off, and those tests are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, named_tests, written_tests

PAYMENT, MEMBERSHIP, DEPLOY, RENEWAL, CERTIFICATE = (
    ROOT / f"docs/algorithms/{name}-faults.md" for name in ("payment", "membership", "deploy", "renewal", "certificate")
)
each_table = pytest.mark.parametrize(
    ("table", "faults", "tests"),
    [(PAYMENT, 40, 60), (MEMBERSHIP, 15, 25), (DEPLOY, 20, 25), (RENEWAL, 15, 20), (CERTIFICATE, 20, 25)],
)


def rows(table: Path) -> list[list[str]]:
    """The cells of every fault: what, what happens, guard, test, count, test with the guard off."""
    lines = [line for line in table.read_text().splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] not in {"fault", "---"}]


@each_table
def test_every_fault_has_a_test_and_one_with_its_guard_off(table: Path, faults: int, tests: int) -> None:
    assert len(rows(table)) >= faults
    assert [row[0] for row in rows(table) if len(row) != 6 or any(cell in {"", "–", "-"} for cell in row)] == []


@each_table
def test_every_test_that_the_table_names_is_there(table: Path, faults: int, tests: int) -> None:
    named = named_tests(table)
    assert len(named) >= tests
    assert named - written_tests() == set()
