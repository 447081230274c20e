"""From last year's premium to this year's, as bars on one line: figures for a picture, no markup."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.domain.renewal import Factor, Waterfall
from sonae.domain.text import Text

WIDTH = 240
NAMES: dict[Factor, Text] = {
    "sales": Text("申告売上高", "Declared annual sales"),
    "industry": Text("業種", "Industry"),
    "tariff": Text("商品の改定", "Revision of the product"),
    "plan": Text("プラン", "Plan"),
}
BEFORE, AFTER = Text("昨年の保険料", "Last year’s premium"), Text("今年の保険料", "This year’s premium")


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: what it is called, its yen a year, and where its bar stands. ``change`` is None for the two totals."""

    name: Text
    yen: int
    change: str | None  # "more", "less", "same"
    joined: bool
    start: float
    length: float


def bars_of(waterfall: Waterfall) -> list[Bar]:
    """Last year, each factor, this year; bars of one scale, each beginning where the one before ended."""
    levels = [waterfall.before]
    for step in waterfall.steps:
        levels.append(levels[-1] + step.difference)
    scale = WIDTH / max(1, *levels)
    bars = [Bar(BEFORE, waterfall.before, None, False, 0, waterfall.before * scale)]
    for step, start in zip(waterfall.steps, levels, strict=False):
        low, high = sorted((start, start + step.difference))
        change = "same" if step.difference == 0 else "more" if step.difference > 0 else "less"
        bars.append(Bar(NAMES[step.factor], step.difference, change, step.joined, low * scale, (high - low) * scale))
    bars.append(Bar(AFTER, waterfall.after, None, False, 0, waterfall.after * scale))
    return bars
