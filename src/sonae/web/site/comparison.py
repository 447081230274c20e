"""What the next larger cover costs more and pays more, and what the first premium is for each month it can start in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sonae.domain.money import yen_in_words, yen_text
from sonae.domain.period import months_between
from sonae.domain.product.definition import Product, Service
from sonae.domain.proration import term_premium
from sonae.domain.rating import PlanPremium
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Cover:
    """One cover to compare: the premium for the term that was asked, both limits in yen (nought: not covered), services."""

    name: Text
    premium: int
    liability_limit: int
    cost_limit: int
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class LargerCover:
    """From one cover to the next larger one."""

    smaller: Cover
    larger: Cover

    @property
    def sentences(self) -> tuple[Text, ...]:
        """What changes, and what stays: premium, limits, services."""
        return (self._premium(), *self._limits(), self._services())

    def _premium(self) -> Text:
        more = yen_text(self.larger.premium - self.smaller.premium)
        if not self.smaller.premium:
            return Text(f"今回のお支払いは{more.ja}です。", f"You pay {more.en} now.")
        return Text(f"今回のお支払いは{more.ja}増えます。", f"You pay {more.en} more now.")

    def _limits(self) -> tuple[Text, ...]:
        before, after = yen_in_words(self.smaller.liability_limit), yen_in_words(self.larger.liability_limit)
        liability = Text(
            f"賠償の限度額が{before.ja}から{after.ja}に上がります。",
            f"The liability limit rises from {before.en} to {after.en}.",
        )
        before, after = yen_in_words(self.smaller.cost_limit), yen_in_words(self.larger.cost_limit)
        if not self.smaller.cost_limit:
            costs = Text(
                f"自社の費用も{after.ja}まで対象になります。", f"Your own costs are covered too, up to {after.en}."
            )
        elif self.smaller.cost_limit == self.larger.cost_limit:
            costs = Text(f"自社の費用の限度額は{after.ja}のままです。", f"The own-cost limit stays at {after.en}.")
        else:
            costs = Text(
                f"自社の費用の限度額が{before.ja}から{after.ja}に上がります。",
                f"The own-cost limit rises from {before.en} to {after.en}.",
            )
        return liability, costs

    def _services(self) -> Text:
        added = [service.name for service in self.larger.services if service not in self.smaller.services]
        if not added:
            return Text("付くサービスは同じです。", "The services are the same.")
        names = Text("と".join(name.ja for name in added), " and ".join(f"the {name.en.lower()}" for name in added))
        return Text(f"{names.ja}が付きます。", f"It comes with {names.en}.")


@dataclass(frozen=True, slots=True)
class StartRow:
    """One day on which cover can begin: the months to the expiry and each plan's first premium in yen."""

    start_on: date
    months: int
    term_premiums: tuple[int, ...]


def larger_covers(product: Product, premiums: Sequence[PlanPremium]) -> tuple[LargerCover, ...]:
    """From the free cover to the first plan, then from plan to plan, in the product's order."""
    free = product.section("free")
    limits = (free.liability_limit_yen or 0, free.cost_limit_yen or 0)
    covers = [Cover(free.name, 0, *limits, product.services_of("free"))]
    for premium in premiums:
        plan = product.plan(premium.plan_code)
        services = product.services_of("paid")
        covers.append(Cover(plan.name, premium.term_premium, plan.liability_limit, plan.cost_limit, services))
    return tuple(LargerCover(smaller, larger) for smaller, larger in pairwise(covers))


def start_rows(
    product: Product, premiums: Sequence[PlanPremium], starts: Sequence[date], expiry_on: date
) -> tuple[StartRow, ...]:
    """Those of the starts that lead to that expiry, each with what would be paid first."""
    year_start = expiry_on.replace(year=expiry_on.year - 1)
    return tuple(_start_row(product, premiums, start, expiry_on) for start in starts if year_start <= start < expiry_on)


def _start_row(product: Product, premiums: Sequence[PlanPremium], start_on: date, expiry_on: date) -> StartRow:
    months = months_between(start_on, expiry_on)
    sums = tuple(term_premium(one.annual_premium, months, product.rounding_unit) for one in premiums)
    return StartRow(start_on, months, sums)
