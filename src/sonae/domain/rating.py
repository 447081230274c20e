"""What a cover costs, and every step of the way: base → industry → band → plan → floor → rounding → term.

Exact integers over a known denominator all the way; rounded once for the year and once for the part of a year
(docs/algorithms/rating.md).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from sonae.domain.eligibility import Referral, assess
from sonae.domain.period import months_between
from sonae.domain.product.definition import Product
from sonae.domain.product.rate_table import Cell, PlanCell, RateTable
from sonae.domain.proration import monthly_equivalent, term_premium
from sonae.domain.risk import Risk
from sonae.domain.text import Text

StepKind = Literal["base", "industry", "band", "plan", "floor", "rounding", "term"]

_LABELS: dict[str, Text] = {
    "base": Text("基準の保険料", "Base premium"),
    "industry": Text("業種", "Industry"),
    "band": Text("申告売上高", "Declared annual sales"),
    "plan": Text("プラン", "Plan"),
    "floor": Text("最低保険料", "Minimum premium"),
    "rounding": Text("年間の保険料", "Annual premium"),
    "term": Text("期間", "Term"),
}
_BASE_DETAIL = Text("すべての計算のはじまり", "Where every premium starts")
_MONTHS = tuple(Text(f"{month}か月分", f"{month} month{'s' if month > 1 else ''}") for month in range(13))


class NotRated(Exception):
    """The tariff has no premium for this risk or plan; the message says which answer is missing."""


class Step(NamedTuple):
    """One step: what it was multiplied with, and the exact yen so far. A tuple of integers, so that it costs little."""

    kind: StepKind
    detail: Text
    factor_numerator: int
    factor_denominator: int  # 0 where the step does not multiply
    value_numerator: int
    value_denominator: int
    changes: bool  # False for a floor that is not reached, a rounding of nothing and a whole year

    @property
    def label(self) -> Text:
        """What the step is called."""
        return _LABELS[self.kind]

    @property
    def factor(self) -> Fraction | None:
        """What the yen so far were multiplied with; None for base, floor and rounding."""
        return Fraction(self.factor_numerator, self.factor_denominator) if self.factor_denominator else None

    @property
    def factor_text(self) -> str | None:
        """The factor as it is written: 1.31, or months of the year as 9/12."""
        if not self.factor_denominator:
            return None
        if self.kind == "term":
            return f"{self.factor_numerator}/{self.factor_denominator}"
        return exact_decimal(Fraction(self.factor_numerator, self.factor_denominator), places=2)

    @property
    def value(self) -> Fraction:
        """The yen after this step, exact."""
        return Fraction(self.value_numerator, self.value_denominator)

    def as_json(self, language: str) -> dict[str, str | int | None]:
        """Whole yen as a number, anything finer as an exact decimal string."""
        value = self.value
        return {
            "kind": self.kind,
            "label": self.label.in_language(language),
            "factor": self.factor_text,
            "value": value.numerator if value.denominator == 1 else exact_decimal(value),
        }


class PlanPremium(NamedTuple):
    """One plan's premiums and limits in whole yen, with the steps that lead there. A tuple, as it costs a third."""

    plan_code: str
    annual_premium: int
    term_premium: int
    monthly_equivalent: int
    liability_limit: int
    cost_limit: int
    steps: tuple[Step, ...]

    def as_json(self, language: str) -> dict[str, object]:
        """As the quote's answer carries it."""
        return {
            "code": self.plan_code,
            "annual_premium": self.annual_premium,
            "term_premium": self.term_premium,
            "monthly_equivalent": self.monthly_equivalent,
            "liability_limit": self.liability_limit,
            "cost_limit": self.cost_limit,
            "steps": [step.as_json(language) for step in self.steps],
        }


@dataclass(frozen=True, slots=True)
class QuoteAnswer:
    """Accepted with all plans, or referred with all reasons. ``referrals`` is empty exactly when accepted."""

    start_on: date
    expiry_on: date
    product_version: str
    product_digest: str
    plans: tuple[PlanPremium, ...]
    referrals: tuple[Referral, ...]

    @property
    def accepted(self) -> bool:
        return not self.referrals

    def plan(self, code: str) -> PlanPremium:
        """KeyError if the answer has no such plan."""
        for plan in self.plans:
            if plan.plan_code == code:
                return plan
        raise KeyError(code)

    def as_json(self, language: str = "ja") -> dict[str, object]:
        """The one answer that the command line and the API give."""
        if self.referrals:
            return {"decision": "referred", "reasons": [referral.as_json(language) for referral in self.referrals]}
        return {
            "decision": "accepted",
            "start_on": self.start_on.isoformat(),
            "expiry_on": self.expiry_on.isoformat(),
            "product_version": self.product_version,
            "product_digest": self.product_digest,
            "plans": [plan.as_json(language) for plan in self.plans],
        }


def rate(product: Product, risk: Risk, start_on: date, expiry_on: date) -> tuple[PlanPremium, ...]:
    """All plans, for an accepted risk. NotRated if the tariff has no factor; ValueError unless 1 to 12 whole months."""
    table = product.rate_table
    industry, band, months = _locate(table, risk, start_on, expiry_on)
    return tuple([_premium(table, industry, band, plan, months) for plan in table.plans])


def rate_plan(product: Product, risk: Risk, plan_code: str, start_on: date, expiry_on: date) -> PlanPremium:
    """One plan; the same figures and errors as ``rate``."""
    table = product.rate_table
    industry, band, months = _locate(table, risk, start_on, expiry_on)
    for plan in table.plans:
        if plan.code == plan_code:
            return _premium(table, industry, band, plan, months)
    raise NotRated(f"there is no plan {plan_code!r}")


def quote(product: Product, risk: Risk, start_on: date, expiry_on: date, digest: str) -> QuoteAnswer:
    """Eligibility first, then all plans."""
    referrals = assess(product, risk)
    plans = () if referrals else rate(product, risk, start_on, expiry_on)
    return QuoteAnswer(start_on, expiry_on, product.version, digest, plans, referrals)


def _locate(table: RateTable, risk: Risk, start_on: date, expiry_on: date) -> tuple[Cell, Cell, int]:
    industry = table.industries.get(risk.industry)
    if industry is None:
        raise NotRated(f"the tariff has no factor for industry {risk.industry!r}")
    if risk.annual_sales < 0:
        raise NotRated(f"annual sales can't be negative: {risk.annual_sales}")
    band = bisect_left(table.band_edges, risk.annual_sales)
    if band == len(table.bands):
        raise NotRated(f"the tariff has no band for annual sales of {risk.annual_sales} yen")
    months = months_between(start_on, expiry_on)
    if not 1 <= months <= 12:
        raise ValueError(f"a term has 1 to 12 whole months; {start_on} to {expiry_on} has {months}")
    return industry, table.bands[band], months


def _premium(table: RateTable, industry: Cell, band: Cell, plan: PlanCell, months: int) -> PlanPremium:
    base, unit = table.base_premium, table.rounding_unit
    after_industry, industry_scale = base * industry.numerator, industry.denominator
    after_band, band_scale = after_industry * band.numerator, industry_scale * band.denominator
    after_plan, scale = after_band * plan.numerator, band_scale * plan.denominator
    # The published cell is the floor: base × plan, on the same denominator as the product of all factors.
    least = base * plan.numerator * band_scale
    after_floor = least if least > after_plan else after_plan
    annual = (2 * after_floor + scale * unit) // (2 * scale * unit) * unit
    term = term_premium(annual, months, unit)
    steps = (
        Step("base", _BASE_DETAIL, 1, 0, base, 1, True),
        Step("industry", industry.detail, industry.numerator, industry_scale, after_industry, industry_scale, True),
        Step("band", band.detail, band.numerator, band.denominator, after_band, band_scale, True),
        Step("plan", plan.detail, plan.numerator, plan.denominator, after_plan, scale, True),
        Step("floor", plan.floor_detail, 1, 0, after_floor, scale, least > after_plan),
        Step("rounding", table.rounding_detail, 1, 0, annual, 1, annual * scale != after_floor),
        Step("term", _MONTHS[months], months, 12, term, 1, months != 12),
    )
    return PlanPremium(
        plan.code, annual, term, monthly_equivalent(annual), plan.liability_limit, plan.cost_limit, steps
    )


def exact_decimal(value: Fraction, places: int = 1) -> str:
    """The finite decimal of a fraction, with at least so many places: 1.30, 72083.4. ValueError if it never ends."""
    digits, power = places, 10**places
    while power % value.denominator:
        digits, power = digits + 1, power * 10
        if digits > 60:
            raise ValueError(f"{value} has no finite decimal")
    whole, rest = divmod(abs(value.numerator) * (power // value.denominator), power)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{digits}d}"
