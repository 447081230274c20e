"""A million premiums at once with NumPy: the tariff is worked out cell by cell when published, then only looked up.

Equal to rating.py bit for bit, because every cell of the tables comes from it (docs/algorithms/rating.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sonae.domain.period import add_months
from sonae.domain.product.definition import Product
from sonae.domain.proration import MONTHS_OF_A_YEAR
from sonae.domain.rating import rate
from sonae.domain.risk import Risk

Yen = npt.NDArray[np.int64]
Indices = npt.NDArray[np.integer]

# Small enough that all arrays of one piece stay in a core's own cache.
_PIECE = 16_384


@dataclass(frozen=True, slots=True)
class BulkTariff:
    """Every cell of the tariff by industry, band and plan. Industries, plans and rules stand in the product's order.

    The last band stands for sales above all bands, which are always referred. ``reasons`` has bit n set where the
    product's eligibility rule n refers by industry, and ``sales_reasons`` the same by sales.
    """

    industries: tuple[str, ...]
    plans: tuple[str, ...]
    rules: tuple[str, ...]
    band_edges: tuple[int, ...]
    sales_limits: tuple[tuple[int, int], ...]  # (annual sales in yen, bit of the rule)
    industry_reasons: Yen
    annual: Yen  # flat over [industry, band, plan]; 0 where referred
    term: Yen  # flat over [industry, band, plan, months - 1]
    monthly: Yen


@dataclass(frozen=True, slots=True)
class BulkPremiums:
    """One entry for each risk; premiums are 0 where ``accepted`` is False. ``reasons`` has a bit for each rule."""

    accepted: npt.NDArray[np.bool_]
    reasons: Yen
    annual_premium: Yen
    term_premium: Yen
    monthly_equivalent: Yen


def compile_tariff(product: Product) -> BulkTariff:
    """The tables of one product. ValueError if it has more than 62 rules."""
    if len(product.eligibility) > 62:
        raise ValueError("the reasons of more than 62 rules do not fit into one integer")
    edges = product.rate_table.band_edges
    shape = (len(product.industries), len(edges) + 1, len(product.plans))
    annual, monthly = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    term = np.zeros((*shape, MONTHS_OF_A_YEAR), np.int64)
    start_on = product.effective_date
    for i, industry in enumerate(product.industries):
        if industry.factor is None:
            continue
        for b, edge in enumerate(edges):
            for m in range(MONTHS_OF_A_YEAR):
                premiums = rate(product, Risk(industry.code, edge), start_on, add_months(start_on, m + 1))
                term[i, b, :, m] = [premium.term_premium for premium in premiums]
            annual[i, b] = [premium.annual_premium for premium in premiums]
            monthly[i, b] = [premium.monthly_equivalent for premium in premiums]
    return BulkTariff(
        industries=tuple(industry.code for industry in product.industries),
        plans=tuple(plan.code for plan in product.plans),
        rules=tuple(rule.code for rule in product.eligibility),
        band_edges=edges,
        sales_limits=_sales_limits(product),
        industry_reasons=_industry_reasons(product),
        annual=annual.reshape(-1),
        term=term.reshape(-1),
        monthly=monthly.reshape(-1),
    )


def _sales_limits(product: Product) -> tuple[tuple[int, int], ...]:
    rules = enumerate(product.eligibility)
    return tuple((rule.annual_sales_yen, 1 << bit) for bit, rule in rules if rule.annual_sales_yen is not None)


def _industry_reasons(product: Product) -> Yen:
    masks = [
        sum(1 << bit for bit, rule in enumerate(product.eligibility) if industry.code in rule.industries)
        for industry in product.industries
    ]
    return np.array(masks, np.int64)


def rate_many(
    tariff: BulkTariff, industry_index: Indices, annual_sales: Yen, plan_index: Indices, months: Indices
) -> BulkPremiums:
    """One premium a risk: indices into ``tariff.industries`` and ``tariff.plans``, sales in yen, 1 to 12 months.

    All four arrays have one length. ValueError if an index, a sales figure or a number of months is out of range.
    """
    _check_range("industry_index", industry_index, 0, len(tariff.industries) - 1)
    _check_range("plan_index", plan_index, 0, len(tariff.plans) - 1)
    _check_range("months", months, 1, MONTHS_OF_A_YEAR)
    _check_range("annual_sales", annual_sales, 0, np.iinfo(np.int64).max)
    count = len(annual_sales)
    if not len(industry_index) == len(plan_index) == len(months) == count:
        raise ValueError("the four arrays differ in length")
    result = BulkPremiums(np.empty(count, np.bool_), *(np.empty(count, np.int64) for _ in range(4)))
    for start in range(0, count, _PIECE):
        piece = slice(start, min(start + _PIECE, count))
        risks = (industry_index[piece], annual_sales[piece], plan_index[piece], months[piece])
        _rate_piece(tariff, risks, result, piece)
    return result


def reason_codes(tariff: BulkTariff, reasons: int) -> tuple[str, ...]:
    """The codes of the rules whose bits are set, in the order of the rules."""
    return tuple(code for bit, code in enumerate(tariff.rules) if reasons >> bit & 1)


def _check_range(name: str, values: npt.NDArray[np.integer], least: int, most: int) -> None:
    if len(values) and not (least <= values.min() and values.max() <= most):
        raise ValueError(f"{name} must lie between {least} and {most}")


def _rate_piece(
    tariff: BulkTariff, risks: tuple[Indices, Yen, Indices, Indices], result: BulkPremiums, piece: slice
) -> None:
    industry, sales, plan, months = risks
    industry = industry.astype(np.intp, copy=False)
    # The number of edges below the sales is the band. Comparing edge by edge beats a search while bands are few.
    band = np.zeros(len(sales), np.int8)
    for edge in tariff.band_edges:
        band += sales > edge
    reasons = tariff.industry_reasons.take(industry)
    for limit, bit in tariff.sales_limits:
        reasons |= (sales >= limit) * np.int64(bit)
    cell = industry * (len(tariff.band_edges) + 1)
    cell += band
    cell *= len(tariff.plans)
    cell += plan
    accepted = reasons == 0
    result.reasons[piece] = reasons
    result.accepted[piece] = accepted
    tariff.annual.take(cell, out=result.annual_premium[piece], mode="clip")
    tariff.monthly.take(cell, out=result.monthly_equivalent[piece], mode="clip")
    cell *= MONTHS_OF_A_YEAR
    cell += months
    cell -= 1
    tariff.term.take(cell, out=result.term_premium[piece], mode="clip")
    if not accepted.all():
        for premiums in (result.annual_premium, result.term_premium, result.monthly_equivalent):
            premiums[piece] *= accepted
