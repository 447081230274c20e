"""The steps of a premium as rows that a person can follow with a pocket calculator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

from sonae.domain.money import format_yen
from sonae.domain.text import Text
from sonae.web.shared import figures

MULTIPLIERS = ("industry", "band", "plan")
YEARLY = Text("年間の保険料", "Yearly premium")
TO_PAY = Text("今回お支払いの額", "To pay now")


class RatingStep(Protocol):
    """What rating keeps of each step."""

    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> Text: ...
    @property
    def detail(self) -> Text: ...
    @property
    def factor(self) -> Fraction | None: ...
    @property
    def value(self) -> Fraction: ...


class RatedPremium(Protocol):
    """A premium with its steps."""

    @property
    def annual_premium(self) -> int: ...
    @property
    def term_premium(self) -> int: ...
    @property
    def steps(self) -> Sequence[RatingStep]: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, its figure, why, and the sum so far where it helps."""

    label: str
    figure: str
    why: str = ""
    so_far: str = ""
    kind: Literal["", "result", "rule-applied"] = ""


def premium_rows(premium: RatedPremium, language: str) -> list[Row]:
    """Rows in the order of rating. A floor that didn't matter is left out; the last multiplier shows the exact sum."""
    last = max((place for place, step in enumerate(premium.steps) if step.kind in MULTIPLIERS), default=-1)
    rows: list[Row] = []
    before = Fraction(0)
    for place, step in enumerate(premium.steps):
        rows += _rows_of(step, premium, language, before=before, is_last_multiplier=place == last)
        before = Fraction(step.value)
    return rows


def _rows_of(
    step: RatingStep, premium: RatedPremium, language: str, *, before: Fraction, is_last_multiplier: bool
) -> list[Row]:
    label, why = step.label.in_language(language), step.detail.in_language(language)
    value = figures.exact_yen(Fraction(step.value), language)
    if step.kind == "rounding":
        return [Row(YEARLY.in_language(language), format_yen(premium.annual_premium, language), why, kind="result")]
    if step.kind == "floor":
        return [Row(label, value, why, kind="rule-applied")] if step.value > before else []
    if step.kind == "term":
        months = figures.factor(step.factor, 12) if step.factor is not None else ""
        pay = format_yen(premium.term_premium, language)
        return [Row(label, months, why), Row(TO_PAY.in_language(language), pay, kind="result")]
    if step.kind in MULTIPLIERS and step.factor is not None:
        return [Row(label, figures.factor(step.factor), why, value if is_last_multiplier else "")]
    return [Row(label, value, why)]
