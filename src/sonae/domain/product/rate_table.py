"""The tariff as integers, worked out once for each product: a factor of 1.31 is 131 over 100."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from sonae.domain.money import yen_text
from sonae.domain.text import Text

if TYPE_CHECKING:
    from sonae.domain.product.definition import EligibilityRule, Industry, Plan, Product, SalesBand


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer on one axis of the tariff: its factor as an integer, the factor's scale, and the words for it."""

    numerator: int
    denominator: int
    detail: Text


@dataclass(frozen=True, slots=True)
class PlanCell:
    """A plan's factor, its limits and the least that it costs."""

    code: str
    numerator: int
    denominator: int
    detail: Text
    liability_limit: int
    cost_limit: int
    floor_detail: Text


@dataclass(frozen=True, slots=True)
class RateTable:
    """What rating looks up. ``band_edges`` are the last yen of each band; sales above the last have no band."""

    base_premium: int
    rounding_unit: int
    rounding_detail: Text
    industries: dict[str, Cell]
    band_edges: tuple[int, ...]
    bands: tuple[Cell, ...]
    plans: tuple[PlanCell, ...]
    industry_rules: dict[str, tuple[EligibilityRule, ...]]
    sales_rules: tuple[EligibilityRule, ...]
    lowest_sales_limit: int | None

    @classmethod
    def compile(cls, product: Product) -> RateTable:
        """From the product's exact fractions. Bands are taken in the order of their sales."""
        bands = sorted(product.sales_bands, key=lambda band: band.from_yen)
        rated = [industry for industry in product.industries if industry.factor is not None]
        sales_rules = tuple(rule for rule in product.eligibility if rule.annual_sales_yen is not None)
        return cls(
            base_premium=product.base_premium,
            rounding_unit=product.rounding_unit,
            rounding_detail=_rounding_detail(product.rounding_unit),
            industries=dict(zip((industry.code for industry in rated), _industry_cells(rated), strict=True)),
            band_edges=tuple(band.to_yen for band in bands),
            bands=_band_cells(bands),
            plans=_plan_cells(product.plans),
            industry_rules=_rules_by_industry(product),
            sales_rules=sales_rules,
            lowest_sales_limit=product.sales_limit,
        )


def _scaled(factors: list[Fraction]) -> tuple[list[int], int]:
    """All factors of one axis over one common denominator."""
    scale = lcm(*(factor.denominator for factor in factors)) if factors else 1
    return [int(factor * scale) for factor in factors], scale


def _industry_cells(industries: list[Industry]) -> list[Cell]:
    numerators, scale = _scaled([industry.factor for industry in industries if industry.factor is not None])
    return [Cell(n, scale, industry.name) for n, industry in zip(numerators, industries, strict=True)]


def _band_cells(bands: list[SalesBand]) -> tuple[Cell, ...]:
    numerators, scale = _scaled([band.factor for band in bands])
    return tuple(Cell(n, scale, band.name) for n, band in zip(numerators, bands, strict=True))


def _plan_cells(plans: tuple[Plan, ...]) -> tuple[PlanCell, ...]:
    numerators, scale = _scaled([plan.factor for plan in plans])
    cells = []
    for numerator, plan in zip(numerators, plans, strict=True):
        detail = Text(
            f"{plan.name.ja}の最低保険料（基準の保険料 × プラン）", f"Least premium of {plan.name.en} (base × plan)"
        )
        cells.append(PlanCell(plan.code, numerator, scale, plan.name, plan.liability_limit, plan.cost_limit, detail))
    return tuple(cells)


def _rounding_detail(unit: int) -> Text:
    yen = yen_text(unit)
    return Text(f"{yen.ja}未満を四捨五入", f"Rounded half up to {yen.en}")


def _rules_by_industry(product: Product) -> dict[str, tuple[EligibilityRule, ...]]:
    rules: dict[str, tuple[EligibilityRule, ...]] = {}
    for rule in product.eligibility:
        for code in rule.industries:
            rules[code] = (*rules.get(code, ()), rule)
    return rules
