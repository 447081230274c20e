"""What each limit pays, and what is left to the firm, when losses draw on it one after the other.

The losses may be the lines of one incident or several incidents of one term. An illustration: the whole limit is taken to be
there, and no ratio, no deductible and no limit inside the limit is applied, since the programme publishes none. Whole yen in,
whole yen out: nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sonae.domain.product.definition import Limit, Product
from sonae.domain.product.explanations import Scenario
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Loss:
    """A sum that counts to one of the product's cost lines; ``cost_line`` is empty for what the programme doesn't name."""

    code: str
    cost_line: str
    yen: int


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
class Draw:
    """One loss: what its limit paid, and what that limit still held afterwards. ``limit`` is None if none reaches the loss."""

    loss: Loss
    limit: Limit | None
    paid_yen: int
    left_yen: int

    @property
    def unpaid_yen(self) -> int:
        """What is left to the firm."""
        return self.loss.yen - self.paid_yen


@dataclass(frozen=True, slots=True)
class Vessel:
    """One limit after all losses."""

    limit_yen: int
    loss_yen: int
    paid_yen: int

    @property
    def unpaid_yen(self) -> int:
        return self.loss_yen - self.paid_yen


@dataclass(frozen=True, slots=True)
class Drawn:
    """All losses as one cover pays them, in the order in which they drew."""

    cover: Cover
    draws: tuple[Draw, ...]

    @property
    def loss_yen(self) -> int:
        return sum(draw.loss.yen for draw in self.draws)

    @property
    def paid_yen(self) -> int:
        return sum(draw.paid_yen for draw in self.draws)

    @property
    def unpaid_yen(self) -> int:
        return self.loss_yen - self.paid_yen

    @property
    def not_named_yen(self) -> int:
        """The part of what is left to the firm that no limit could reach."""
        return sum(draw.unpaid_yen for draw in self.draws if draw.limit is None)

    @property
    def beyond_yen(self) -> int:
        """The part of what is left to the firm that the programme names and this cover doesn't hold."""
        return self.unpaid_yen - self.not_named_yen

    @property
    def liability(self) -> Vessel:
        return self.vessel("liability")

    @property
    def cost(self) -> Vessel:
        return self.vessel("cost")

    def vessel(self, limit: Limit) -> Vessel:
        own = self.draws_on(limit)
        return Vessel(self.cover.limit_yen(limit), sum(one.loss.yen for one in own), sum(one.paid_yen for one in own))

    def draws_on(self, limit: Limit) -> tuple[Draw, ...]:
        return tuple(draw for draw in self.draws if draw.limit == limit)


def covers_of(product: Product) -> tuple[Cover, ...]:
    """The free cover, then the plans in the product's order. A section without a limit of its own holds nothing on it."""
    free, paid = product.section("free"), product.section("paid")
    return (
        Cover("free", free.name, free.liability_limit_yen or 0, free.cost_limit_yen or 0, free.cost_lines),
        *(
            Cover(plan.code, plan.name, plan.liability_limit, plan.cost_limit, paid.cost_lines)
            for plan in product.plans
        ),
    )


def in_product_order(losses: Iterable[Loss], product: Product) -> tuple[Loss, ...]:
    """As the product lists its cost lines, like with like in the order given; what it doesn't name comes last."""
    place = {line.code: number for number, line in enumerate(product.cost_lines)}
    return tuple(sorted(losses, key=lambda loss: place.get(loss.cost_line, len(place))))


def draw(losses: Iterable[Loss], cover: Cover, product: Product) -> Drawn:
    """Pay the losses in the order given, each from its own limit alone, until that limit is used up.

    A loss of a cost line that the cover leaves out is paid nothing. Paid and unpaid make up each loss.
    """
    limits = {line.code: line.limit for line in product.cost_lines}
    left: dict[Limit, int] = {"liability": cover.liability_limit, "cost": cover.cost_limit}
    draws = []
    for loss in losses:
        limit = limits.get(loss.cost_line)
        if limit is None:
            draws.append(Draw(loss, None, 0, 0))
            continue
        paid = min(loss.yen, left[limit]) if loss.cost_line in cover.cost_lines else 0
        left[limit] -= paid
        draws.append(Draw(loss, limit, paid, left[limit]))
    return Drawn(cover, tuple(draws))


def scenario_losses(scenarios: Iterable[Scenario]) -> tuple[Loss, ...]:
    """Examples of an incident as losses, in the order given."""
    return tuple(Loss(one.code, one.cost_line, one.cost_yen) for one in scenarios)


def draw_scenarios(product: Product) -> tuple[Drawn, ...]:
    """All scenarios of the product as losses of one term, in its order: under the free cover, then under each plan."""
    losses = scenario_losses(product.scenarios)
    return tuple(draw(losses, cover, product) for cover in covers_of(product))
