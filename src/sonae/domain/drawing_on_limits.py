"""What each limit pays, and what is left to the firm, when several losses fall into one term.

An illustration: each limit is one for the whole term, and losses draw on it in their order. Lower limits, shares and
deductibles of single cost lines are not in the product, so they are not in here either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sonae.domain.product.definition import Limit, Plan, Product, Section
from sonae.domain.product.explanations import Scenario


@dataclass(frozen=True, slots=True)
class Draw:
    """One loss: what its limit paid, what was left to the firm, and what the limit still held afterwards."""

    scenario: Scenario
    limit: Limit
    paid_yen: int
    unpaid_yen: int
    left_yen: int


@dataclass(frozen=True, slots=True)
class Vessel:
    """One limit after all losses of the term."""

    limit: Limit
    limit_yen: int
    loss_yen: int
    paid_yen: int

    @property
    def unpaid_yen(self) -> int:
        return self.loss_yen - self.paid_yen


@dataclass(frozen=True, slots=True)
class TermOfLosses:
    """All losses of one term, in their order, and both limits at its end."""

    draws: tuple[Draw, ...]
    liability: Vessel
    cost: Vessel

    @property
    def loss_yen(self) -> int:
        return self.liability.loss_yen + self.cost.loss_yen

    @property
    def paid_yen(self) -> int:
        return self.liability.paid_yen + self.cost.paid_yen

    @property
    def unpaid_yen(self) -> int:
        return self.liability.unpaid_yen + self.cost.unpaid_yen


def draw_on_plan(product: Product, plan: Plan, scenarios: Iterable[Scenario]) -> TermOfLosses:
    """The scenarios as losses of one term under that plan."""
    return _draw(product, {"liability": plan.liability_limit, "cost": plan.cost_limit}, scenarios)


def draw_on_section(product: Product, section: Section, scenarios: Iterable[Scenario]) -> TermOfLosses:
    """The same under a section with limits of its own, such as the free cover. No limit pays nothing, and neither does a
    limit for a cost line that the section leaves out."""
    limits: dict[Limit, int] = {"liability": section.liability_limit_yen or 0, "cost": section.cost_limit_yen or 0}
    return _draw(product, limits, scenarios, section.cost_lines)


def _draw(
    product: Product, limits: Mapping[Limit, int], scenarios: Iterable[Scenario], lines: tuple[str, ...] | None = None
) -> TermOfLosses:
    left = dict(limits)
    draws = []
    for scenario in scenarios:
        limit = product.cost_line(scenario.cost_line).limit
        paid = min(left[limit], scenario.cost_yen) if lines is None or scenario.cost_line in lines else 0
        left[limit] -= paid
        draws.append(Draw(scenario, limit, paid, scenario.cost_yen - paid, left[limit]))
    return TermOfLosses(tuple(draws), _vessel("liability", limits, draws), _vessel("cost", limits, draws))


def _vessel(limit: Limit, limits: Mapping[Limit, int], draws: Iterable[Draw]) -> Vessel:
    own = [draw for draw in draws if draw.limit == limit]
    return Vessel(limit, limits[limit], sum(one.scenario.cost_yen for one in own), sum(one.paid_yen for one in own))
