"""プラン一覧・保険料の例: plans, limits, services and free cover side by side, and what every cell of the tariff costs a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sonae.apps.documents.facts import Facts, Frame, Plan, takes_effect_at
from sonae.domain.calendar import scheme_term
from sonae.domain.product.definition import CostLine, Industry, Product, Section, Service
from sonae.domain.rating import rate
from sonae.domain.risk import Risk
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Included(Facts):
    """A kind of loss or a service, and whether the free cover and the paid plans have it. ``limit`` is empty for services."""

    name: Text
    limit: str
    in_free: bool
    in_paid: bool


@dataclass(frozen=True, slots=True)
class FreeCover(Facts):
    """The free part with its limit in yen; 0 where it has none."""

    name: Text
    liability_limit: int
    cost_limit: int


@dataclass(frozen=True, slots=True)
class PremiumRow(Facts):
    """One industry and its annual premiums in yen, one for each band."""

    industry: Text
    premiums: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PremiumTable(Facts):
    """One plan's annual premiums."""

    plan: Plan
    rows: tuple[PremiumRow, ...]


@dataclass(frozen=True, slots=True)
class PlanTableFacts(Facts):
    """``referred`` are the reasons for which the paid plans are not open, in the product's words."""

    frame: Frame
    made_at: datetime
    free: FreeCover
    plans: tuple[Plan, ...]
    suits: tuple[Text, ...]
    included: tuple[Included, ...]
    bands: tuple[Text, ...]
    tables: tuple[PremiumTable, ...]
    referred: tuple[Text, ...]
    frequency: Text
    tax_note: Text

    @classmethod
    def of(cls, product: Product, digest: str) -> Self:
        free, paid = product.section("free"), product.section("paid")
        return cls(
            frame=Frame.of(product, digest),
            made_at=takes_effect_at(product),
            free=FreeCover(free.name, free.liability_limit_yen or 0, free.cost_limit_yen or 0),
            plans=tuple(Plan.of(plan) for plan in product.plans),
            suits=tuple(plan.suits for plan in product.plans),
            included=included_in(product, free, paid),
            bands=tuple(band.name for band in product.sales_bands),
            tables=premium_tables(product),
            referred=tuple(rule.message for rule in product.eligibility if rule.kind != "disclosure_answer"),
            frequency=product.payment.frequency_name,
            tax_note=product.payment.tax_note,
        )


def included_in(product: Product, free: Section, paid: Section) -> tuple[Included, ...]:
    """Every kind of loss by its limit, then every service."""

    def line(one: CostLine) -> Included:
        return Included(one.name, one.limit, one.code in free.cost_lines, one.code in paid.cost_lines)

    def service(one: Service) -> Included:
        return Included(one.name, "", one.code in free.services, one.code in paid.services)

    lines = (*product.cost_lines_of("liability"), *product.cost_lines_of("cost"))
    return (*map(line, lines), *map(service, product.services))


def premium_tables(product: Product) -> tuple[PremiumTable, ...]:
    """What rating says for a full year: each plan, each industry that is rated, each band."""
    rated = [industry for industry in product.industries if industry.factor is not None]
    cells = {industry.code: _premiums_by_plan(product, industry) for industry in rated}
    return tuple(
        PremiumTable(
            Plan.of(plan), tuple(PremiumRow(industry.name, cells[industry.code][plan.code]) for industry in rated)
        )
        for plan in product.plans
    )


def _premiums_by_plan(product: Product, industry: Industry) -> dict[str, tuple[int, ...]]:
    """The band's largest sales stand for the band: the tariff has one factor for all of it."""
    year = scheme_term(product.calendar, product.effective_date)
    answers = [
        rate(product, Risk(industry.code, band.to_yen), year.start_on, year.expiry_on) for band in product.sales_bands
    ]
    return {
        plan.code: tuple(
            next(premium.annual_premium for premium in answer if premium.plan_code == plan.code) for answer in answers
        )
        for plan in product.plans
    }
