"""No two advisory locks have the same number: whoever took one would wait for somebody who has nothing to do with it."""

from __future__ import annotations

import re
from collections import Counter

from tests.architecture.sources import ROOT

NUMBER = re.compile(r"\b(?:5_377_210_\d{3}|537_721_\d{3})\b")


def numbers() -> Counter[str]:
    """Every number of a lock, as it is written in the source."""
    return Counter(
        found for file in (ROOT / "src/sonae/apps").rglob("*.py") for found in NUMBER.findall(file.read_text())
    )


def test_each_lock_has_a_number_of_its_own() -> None:
    assert len(numbers()) >= 8
    assert [number for number, times in numbers().items() if times > 1] == []
