"""turn.toml: the days of the turn of the scheme year, and the words for those who get no offer."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import cast, get_args

from sonae.domain.product.reading import Findings, Table, read_toml
from sonae.domain.product.tags import collect_tags
from sonae.domain.product.turn import LateStart, ReasonWords, TurnRules
from sonae.domain.text import Text

TURN = "turn.toml"
MOST_DAYS = 300  # well within the scheme year that ends, and within the one that begins


def read_turn(
    files: Mapping[str, bytes], facts: Mapping[str, Text], sources: str, findings: Findings
) -> tuple[TurnRules, dict[str, str]]:
    """What the file says, and the tags of its numbers. The defaults where a version was published before it was asked for."""
    top = read_toml(files, TURN, findings) if TURN in files else None
    if top is None:
        return TurnRules(), {}
    tags = collect_tags([top], sources, findings)
    reasons = top.table("reasons")
    rules = TurnRules(
        rehearsal_days_before=top.number("rehearsal_days_before", least=1, most=MOST_DAYS),
        offers_days_before=top.number("offers_days_before", least=1, most=MOST_DAYS),
        reminders_days_before=_falling(top, "reminders_days_before"),
        warnings_days_before=_falling(top, "warnings_days_before"),
        notices_days_after=_rising(top, "notices_days_after"),
        late_days=top.number("late_days", most=MOST_DAYS),
        late_start=cast("LateStart", top.choice("late_start", get_args(LateStart))),
        left=_words(reasons, "LEFT", facts),
        not_rated=_words(reasons, "NOT_RATED", facts),
    )
    reasons.finish()
    top.finish()
    return rules, tags


def _falling(top: Table, key: str) -> tuple[int, ...]:
    days = top.numbers(key, most=MOST_DAYS)
    if any(later >= earlier for earlier, later in pairwise(days)):
        top.slip(
            key, "the days come nearer to the expiry one after the other: each number is smaller than the one before."
        )
    if days and days[-1] == 0:
        top.slip(key, "the last one lies a day before the expiry at least.")
    return days


def _rising(top: Table, key: str) -> tuple[int, ...]:
    days = top.numbers(key, most=MOST_DAYS)
    if any(later <= earlier for earlier, later in pairwise(days)):
        top.slip(key, "the days follow each other: each number is larger than the one before.")
    return days


def _words(reasons: Table, code: str, facts: Mapping[str, Text]) -> ReasonWords:
    table = reasons.table(code)
    words = ReasonWords(table.text("message", facts), table.text("next_step", facts))
    table.finish()
    return words
