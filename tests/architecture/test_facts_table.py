"""The table of facts says of each fact on which page it stands and what shows it; those pages open and those tests are there."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from sonae.apps.programmes.models import Programme
from tests.architecture.sources import ROOT, named_tests, written_tests

TABLE = ROOT / "docs/facts.md"


def rows() -> list[list[str]]:
    """Fact, in a word, where, shown by."""
    lines = [line for line in TABLE.read_text().splitlines() if re.match(r"\| F\d\d ", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_fact_has_its_row_its_page_and_its_test() -> None:
    assert [row[0] for row in rows()] == [f"F{number:02}" for number in range(1, 34)]
    assert [row[0] for row in rows() if len(row) != 4 or not all(row)] == []
    assert [row[0] for row in rows() if not re.search(r"`/", row[2]) or not re.search(r"`test_", row[3])] == []


def test_every_test_that_the_table_names_is_there() -> None:
    named = named_tests(TABLE)
    assert len(named) > 30
    assert named - written_tests() == set()


@pytest.mark.django_db
def test_every_page_that_the_table_names_opens_in_both_languages(client: Client, programme: Programme) -> None:
    pages = sorted({page for row in rows() for page in re.findall(r"`(/[^`]*)`", row[2])})
    assert len(pages) > 15
    answers = {path: client.get(path).status_code for page in pages for path in (page, f"/en{page}")}
    assert {path: status for path, status in answers.items() if status != 200} == {}
