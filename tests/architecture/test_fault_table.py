"""The table of faults says of each fault which test shows it and which shows it with the guard off, and those tests are there."""

from __future__ import annotations

from tests.architecture.sources import ROOT, named_tests, written_tests

TABLE = ROOT / "docs/algorithms/payment-faults.md"


def rows() -> list[list[str]]:
    """The cells of every fault: what, what happens, guard, test, count, test with the guard off."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] not in {"fault", "---"}]


def test_every_fault_has_a_test_and_one_with_its_guard_off() -> None:
    assert len(rows()) > 40
    assert [row[0] for row in rows() if len(row) != 6 or any(cell in {"", "–", "-"} for cell in row)] == []


def test_every_test_that_the_table_names_is_there() -> None:
    named = named_tests(TABLE)
    assert len(named) > 60
    assert named - written_tests() == set()
