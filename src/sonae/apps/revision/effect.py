"""Every certificate that may be renewed, judged under a version that is not published: counts, sums and steps of the premium.

The same judgement as the turn's own (``apps/renewal``), so that the figures are those which a rehearsal with that version gives.
No name, number or exact sales of anybody is kept: the actuary sees kinds of risks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from heapq import nlargest, nsmallest
from typing import Any, NamedTuple

from sonae.apps.renewal.forecast import judge_all
from sonae.apps.renewal.judging import Answer
from sonae.apps.renewal.years import Turn
from sonae.domain.premium_effect import step_of
from sonae.domain.product.definition import Product

AXES = ("plan", "industry", "member_class")
EXAMPLES = 10  # of each kind
OFFERED, LEFT, REFERRED = "offered", "left", "referred"


class Kind(NamedTuple):
    """What a certificate is, as far as it is kept. ``sales_from`` is where its stretch of sales begins, in yen."""

    plan: str
    industry: str
    member_class: str
    sales_from: int


class Example(NamedTuple):
    """One certificate, and how many others are of its kind with the same premiums."""

    kind: Kind
    before: int
    after: int
    reasons: tuple[str, ...]


@dataclass
class Share:
    """Some of the certificates: those of one plan, industry or class."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Answer) -> None:
        self.counts[answer.decision] += 1
        self.reasons.update(answer.reasons)
        if answer.decision == OFFERED:
            self.counts["before"] += answer.premium_before
            self.counts["after"] += answer.premium
            self.counts[_direction(answer)] += 1

    def as_dict(self) -> dict[str, Any]:
        return {"counts": dict(self.counts), "reasons": dict(self.reasons)}


@dataclass
class Effect:
    """Counts and annual yen of everybody together, and along each axis."""

    expiring: int = 0
    cancelled: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    all: Share = field(default_factory=Share)
    steps: Counter[int] = field(default_factory=Counter)
    axes: dict[str, dict[str, Share]] = field(default_factory=lambda: {axis: {} for axis in AXES})
    seen: Counter[Example] = field(default_factory=Counter)  # by kind, so that it stays small however many there are

    def add(self, answer: Answer, edges: tuple[int, ...]) -> None:
        self.all.add(answer)
        if answer.decision == OFFERED:
            self.steps[step_of(answer.premium_before, answer.premium)] += 1
        kind = _kind(answer, edges)
        for axis in AXES:
            self.axes[axis].setdefault(getattr(kind, axis), Share()).add(answer)
        if answer.decision != LEFT:
            self.seen[Example(kind, answer.premium_before, answer.premium, answer.reasons)] += 1

    def as_dict(self) -> dict[str, Any]:
        counts = self.all.counts
        return {
            "expiring": self.expiring, "cancelled": self.cancelled, "problems": dict(self.problems),
            **{name: counts[name] for name in (OFFERED, LEFT, REFERRED, "dearer", "cheaper", "same")},
            "yen_before": counts["before"], "yen_after": counts["after"], "reasons": dict(self.all.reasons),
            "steps": {str(step): count for step, count in sorted(self.steps.items())},
            "axes": {axis: {code: share.as_dict() for code, share in shares.items()} for axis, shares in self.axes.items()},
            "examples": self.examples(),
        }  # fmt: skip

    def examples(self) -> dict[str, list[dict[str, Any]]]:
        """The kinds that become dearer and cheaper by most, and those that are referred most often."""
        offered = [example for example in self.seen if not example.reasons]
        referred = [example for example in self.seen if example.reasons]
        return {
            "dearer": self._listed(nlargest(EXAMPLES, (one for one in offered if one.after > one.before), key=_ratio)),
            "cheaper": self._listed(
                nsmallest(EXAMPLES, (one for one in offered if one.after < one.before), key=_ratio)
            ),
            "referred": self._listed(nlargest(EXAMPLES, referred, key=lambda one: (self.seen[one], one.kind))),
        }

    def _listed(self, examples: Iterable[Example]) -> list[dict[str, Any]]:
        return [
            {**one.kind._asdict(), "before": one.before, "after": one.after, "reasons": list(one.reasons),
             "count": self.seen[one]}
            for one in examples
        ]  # fmt: skip


def work_out(turn: Turn, *, today: date) -> Effect:
    """Go through every certificate that expires, a chunk at a time; nothing is written."""
    found, edges = Effect(), sales_edges(turn.new)
    for counted, judged in judge_all(turn, today=today):
        found.expiring += counted.seen
        found.cancelled += counted.cancelled + judged.cancelled
        found.problems.update(problem.reason for problem in judged.problems)
        for answer in judged.answers:
            found.add(answer, edges)
    return found


def sales_edges(product: Product) -> tuple[int, ...]:
    """Where each stretch of sales begins, the one beyond the last band too."""
    limits = (rule.annual_sales_yen for rule in product.eligibility if rule.annual_sales_yen is not None)
    return tuple(sorted({0, *(band.from_yen for band in product.sales_bands), *limits}))


def _kind(answer: Answer, edges: tuple[int, ...]) -> Kind:
    sales = answer.facts.risk.annual_sales
    begins = max((edge for edge in edges if edge <= sales), default=0)
    return Kind(answer.facts.plan_code, answer.facts.risk.industry, answer.expiring.member_class, begins)


def _direction(answer: Answer) -> str:
    by = answer.premium - answer.premium_before
    return "dearer" if by > 0 else "cheaper" if by < 0 else "same"


def _ratio(example: Example) -> tuple[float, int]:
    """By per cent, then by yen."""
    return (example.after / example.before if example.before else float("inf"), example.after - example.before)
