"""The steps of a premium as rows that a person can follow with a pocket calculator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sonae.domain.money import format_yen
from sonae.domain.rating import PlanPremium, Step
from sonae.domain.text import Text
from sonae.web.shared import figures

MULTIPLIERS = ("industry", "band", "plan")
FLOOR = Text("最低保険料を適用", "Minimum premium applied")
TO_PAY = Text("今回お支払いの額", "To pay now")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, its figure, why, and the sum so far where it helps."""

    label: str
    figure: str
    why: str = ""
    so_far: str = ""
    kind: Literal["", "result", "rule-applied"] = ""


def premium_rows(premium: PlanPremium, language: str) -> list[Row]:
    """Rows in the order of rating. A floor that wasn't reached is left out; the last multiplier shows the exact sum."""
    last = max((place for place, step in enumerate(premium.steps) if step.kind in MULTIPLIERS), default=-1)
    return [
        row
        for place, step in enumerate(premium.steps)
        for row in _rows_of(step, premium, language, is_last_multiplier=place == last)
    ]


def _rows_of(step: Step, premium: PlanPremium, language: str, *, is_last_multiplier: bool) -> list[Row]:
    label, why = step.label.in_language(language), step.detail.in_language(language)
    value = figures.exact_yen(step.value, language)
    if step.kind == "rounding":
        return [Row(label, format_yen(premium.annual_premium, language), why, kind="result")]
    if step.kind == "floor":
        return [Row(FLOOR.in_language(language), value, why, kind="rule-applied")] if step.changes else []
    if step.kind == "term":
        months = f"× {step.factor_numerator}／{step.factor_denominator}"
        pay = format_yen(premium.term_premium, language)
        return [Row(label, months, why), Row(TO_PAY.in_language(language), pay, kind="result")]
    if step.factor is not None:
        return [Row(label, figures.factor(step.factor), why, value if is_last_multiplier else "")]
    return [Row(label, value, why)]
