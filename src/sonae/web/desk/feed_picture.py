"""Members by class before and after, as bars that stand on one line. Lengths are SVG attributes, which the policy allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sonae.domain.text import Text
from sonae.web.desk.feed_words import class_name


@dataclass(frozen=True, slots=True)
class ClassBars:
    """One class: both counts, and how long their bars are, in per cent of the longest."""

    name: Text
    before: int
    after: int
    before_length: str
    after_length: str

    @property
    def difference(self) -> str:
        """With its sign; a true minus."""
        by = self.after - self.before
        return f"+{by:,}" if by > 0 else f"−{-by:,}" if by < 0 else "±0"


def bars_of(dry_run: Mapping[str, Any], names: Mapping[str, Text]) -> list[ClassBars]:
    """In the product's order, then what the product doesn't know."""
    before, after = (dry_run["totals"][when]["by_class"] for when in ("before", "after"))
    codes = [*names, *sorted((before.keys() | after.keys()) - names.keys())]
    longest = max([*before.values(), *after.values(), 1])
    return [
        ClassBars(
            class_name(code, names),
            before.get(code, 0),
            after.get(code, 0),
            _length(before.get(code, 0), longest),
            _length(after.get(code, 0), longest),
        )
        for code in codes
    ]


def _length(count: int, longest: int) -> str:
    """One member can still be seen beside a million."""
    return "0" if count == 0 else f"{max(0.5, 100 * count / longest):.2f}%"
