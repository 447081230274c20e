"""Annual premiums of two versions, cell by cell: every plan, industry and stretch of sales for which one of them differs.

The stretches are those on which neither version changes its band or its limit, so each has one premium in both.
"""

from __future__ import annotations

from collections.abc import Iterator

from sonae.domain.eligibility import assess
from sonae.domain.period import add_months
from sonae.domain.product.definition import Industry, Plan, Product
from sonae.domain.product.parse_rates import band_name
from sonae.domain.product_differences.difference import Difference, yen_or_absent
from sonae.domain.proration import MONTHS_OF_A_YEAR
from sonae.domain.rating import NotRated, rate
from sonae.domain.risk import Risk
from sonae.domain.text import Text

MOST_CELLS = 20_000  # laid side by side; a market's whole tariff is far below


def count_cells(old: Product, new: Product) -> int:
    """How many premiums are compared."""
    return len(_plans(old, new)) * len(_industries(old, new)) * len(sales_stretches(old, new))


def compare_premiums(old: Product, new: Product) -> Iterator[Difference]:
    """Those that differ, by plan, then industry, then sales, each in the new version's order."""
    plans, industries = ({one.code: one.name for one in things} for things in (_plans(old, new), _industries(old, new)))
    stretches = sales_stretches(old, new)
    cells = {
        (industry, to_yen): (_premiums(old, industry, to_yen), _premiums(new, industry, to_yen))
        for industry in industries
        for _, to_yen in stretches
    }
    for plan, plan_name in plans.items():
        for industry, industry_name in industries.items():
            for from_yen, to_yen in stretches:
                before, after = (side.get(plan) for side in cells[industry, to_yen])
                if before != after:
                    what = _named(plan_name, industry_name, band_name(from_yen, to_yen))
                    yield _difference(what, before, after)


def _difference(what: Text, before: int | None, after: int | None) -> Difference:
    yen = None if before is None or after is None else (before, after)
    return Difference("premium", what, yen_or_absent(before), yen_or_absent(after), yen)


def _named(plan: Text, industry: Text, sales: Text) -> Text:
    return Text(f"{plan.ja}、{industry.ja}、{sales.ja}", f"{plan.en}, {industry.en}, sales {sales.en}")


def _plans(old: Product, new: Product) -> tuple[Plan, ...]:
    """Of both, the new ones first; one that both have goes by the new one's name."""
    known = {plan.code for plan in new.plans}
    return (*new.plans, *(plan for plan in old.plans if plan.code not in known))


def _industries(old: Product, new: Product) -> tuple[Industry, ...]:
    known = {industry.code for industry in new.industries}
    return (*new.industries, *(industry for industry in old.industries if industry.code not in known))


def sales_stretches(old: Product, new: Product) -> list[tuple[int, int]]:
    """From and to in yen, both included, up to the highest sales that either version takes."""
    edges: set[int] = set()
    for product in (old, new):
        edges |= {band.to_yen for band in product.sales_bands}
        edges |= {rule.annual_sales_yen - 1 for rule in product.eligibility if rule.annual_sales_yen is not None}
    stretches, from_yen = [], 0
    for to_yen in sorted(edges):
        stretches.append((from_yen, to_yen))
        from_yen = to_yen + 1
    return stretches


def _premiums(product: Product, industry: str, sales: int) -> dict[str, int]:
    """By plan; empty where a person has to look at the risk, or the tariff has no cell for it."""
    risk = Risk(industry, sales)
    if assess(product, risk):
        return {}
    start_on = product.effective_date
    try:
        plans = rate(product, risk, start_on, add_months(start_on, MONTHS_OF_A_YEAR))
    except NotRated:
        return {}
    return {plan.plan_code: plan.annual_premium for plan in plans}
