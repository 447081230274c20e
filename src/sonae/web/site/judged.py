"""What the last test of all pages found, as the statement on accessibility tells it. The file is written by the test itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("judged.json")


@dataclass(frozen=True, slots=True)
class Judged:
    """When every page was last tested, how many there were, and what was found."""

    tested_on: date
    pages: int
    axe_findings: int
    checker_findings: int


def read_judged(file: Path) -> Judged | None:
    """None while nothing has been tested. ValueError or KeyError for a file of another shape."""
    if not file.is_file():
        return None
    said = json.loads(file.read_text(encoding="utf-8"))
    counts = (int(said[name]) for name in ("pages", "axe_findings", "checker_findings"))
    return Judged(date.fromisoformat(said["date"]), *counts)


@cache
def last_judged() -> Judged | None:
    """What is shipped with the program; it doesn't change while it runs."""
    return read_judged(FILE)
