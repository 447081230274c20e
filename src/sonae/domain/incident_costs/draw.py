"""How far the free cover and each plan would pay a loss: lines draw on their limit in the product's order until it is used up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sonae.domain.incident_costs.lines import LossLine
from sonae.domain.product.definition import Limit, Product
from sonae.domain.text import Text

End = Literal["low", "high"]


@dataclass(frozen=True, slots=True)
class Cover:
    """What the free cover or one plan promises: its two limits in yen, and the product's cost lines that it pays."""

    code: str
    name: Text
    liability_limit: int
    cost_limit: int
    cost_lines: tuple[str, ...]

    def limit_yen(self, limit: Limit) -> int:
        return self.liability_limit if limit == "liability" else self.cost_limit


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """One line of the loss as one cover pays it. ``limit`` is None for what the programme doesn't name."""

    line: LossLine
    limit: Limit | None
    loss_yen: int
    paid_yen: int

    @property
    def own_yen(self) -> int:
        """What the firm pays itself."""
        return self.loss_yen - self.paid_yen


@dataclass(frozen=True, slots=True)
class Drawn:
    """One loss as one cover pays it, line by line in the order of draw."""

    cover: Cover
    lines: tuple[DrawnLine, ...]

    @property
    def loss_yen(self) -> int:
        return sum(line.loss_yen for line in self.lines)

    @property
    def own_yen(self) -> int:
        return sum(line.own_yen for line in self.lines)

    @property
    def not_named_yen(self) -> int:
        """The part of the firm's own that no limit could reach."""
        return sum(line.own_yen for line in self.lines if line.limit is None)

    @property
    def beyond_yen(self) -> int:
        """The part of the firm's own that the programme names and this cover doesn't hold."""
        return self.own_yen - self.not_named_yen

    @property
    def paid_liability(self) -> int:
        return self.paid_yen("liability")

    @property
    def paid_cost(self) -> int:
        return self.paid_yen("cost")

    def paid_yen(self, limit: Limit) -> int:
        return sum(line.paid_yen for line in self.lines if line.limit == limit)

    def lines_of(self, limit: Limit) -> tuple[DrawnLine, ...]:
        return tuple(line for line in self.lines if line.limit == limit)


def covers_of(product: Product) -> tuple[Cover, ...]:
    """The free cover, then the plans in the product's order."""
    free, paid = product.section("free"), product.section("paid")
    return (
        Cover("free", free.name, free.liability_limit_yen or 0, free.cost_limit_yen or 0, free.cost_lines),
        *(
            Cover(plan.code, plan.name, plan.liability_limit, plan.cost_limit, paid.cost_lines)
            for plan in product.plans
        ),
    )


def in_order_of_draw(lines: Sequence[LossLine], product: Product) -> tuple[LossLine, ...]:
    """As the product lists its cost lines; what it doesn't name comes last."""
    order = [line.code for line in product.cost_lines]
    return tuple(sorted(lines, key=lambda line: order.index(line.cost_line) if line.cost_line in order else len(order)))


def draw(lines: Sequence[LossLine], cover: Cover, product: Product, end: End = "high") -> Drawn:
    """Pay the lines one after the other, each from its own limit alone, until that limit is used up.

    The whole limit is taken to be there for one incident: no ratio, no deductible and no limit inside the limit is applied,
    since the programme publishes none. A line that the cover doesn't list is paid nothing. Whole yen in, whole yen out:
    nothing is rounded here. Paid and own make up the loss, line by line.
    """
    limits = {line.code: line.limit for line in product.cost_lines}
    left: dict[Limit, int] = {"liability": cover.liability_limit, "cost": cover.cost_limit}
    drawn = []
    for line in in_order_of_draw(lines, product):
        limit = limits.get(line.cost_line)
        loss = line.high if end == "high" else line.low
        paid = min(loss, left[limit]) if limit is not None and line.cost_line in cover.cost_lines else 0
        if limit is not None:
            left[limit] -= paid
        drawn.append(DrawnLine(line, limit, loss, paid))
    return Drawn(cover, tuple(drawn))
