"""Premiums before and after, counted by how far they move: steps of five per cent, and those that stay as they are.

Step 0 is unchanged; +1 is more, by less than 5%; +2 by 5% to less than 10%, and so on; −1, −2 … the same downwards. The outermost
steps have no end. Whole yen and whole numbers all the way, so that nothing is counted twice or lost at an edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sonae.domain.text import Text

STEP_PERCENT = 5
OUTERMOST = 50 // STEP_PERCENT + 1  # 50% and more
UNCHANGED = Text("変わらない", "unchanged")


def step_of(before: int, after: int) -> int:
    """The step of an annual premium; a premium from nothing counts as the outermost."""
    by = after - before
    if by == 0:
        return 0
    steps = OUTERMOST if before <= 0 else min(abs(by) * 100 // (before * STEP_PERCENT) + 1, OUTERMOST)
    return steps if by > 0 else -steps


def step_name(step: int) -> Text:
    """＋5〜10%, −50%以下."""
    if step == 0:
        return UNCHANGED
    low, high = (abs(step) - 1) * STEP_PERCENT, abs(step) * STEP_PERCENT
    if abs(step) >= OUTERMOST:
        return Text(f"＋{low}%以上", f"+{low}% or more") if step > 0 else Text(f"−{low}%以下", f"−{low}% or less")
    return (
        Text(f"＋{low}〜{high}%", f"+{low} to {high}%") if step > 0 else Text(f"−{high}〜{low}%", f"−{high} to {low}%")
    )


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many certificates move by that step."""

    step: int
    name: Text
    count: int


def histogram(counts: Mapping[int, int]) -> list[StepCount]:
    """Every step from the lowest to the highest that has somebody in it, and always the one in the middle."""
    there = [step for step, count in counts.items() if count]
    return [_counted(step, counts) for step in range(min([*there, 0]), max([*there, 0]) + 1)]


def _counted(step: int, counts: Mapping[int, int]) -> StepCount:
    return StepCount(step, step_name(step), counts.get(step, 0))
