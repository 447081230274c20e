"""Where a list goes on, as its address carries it: the day and number of the last line that was shown."""

from __future__ import annotations

from datetime import date

LONGEST = 30
LONGEST_NUMBER = 18


def read_place(typed: str) -> tuple[date, int] | None:
    """``2026-12-01.17``; None for everything else, which begins at the beginning."""
    day, _, number = typed[: LONGEST + 1].partition(".")
    if len(typed) > LONGEST or not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER):
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None
