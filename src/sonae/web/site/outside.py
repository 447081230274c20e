"""For businesses outside the programme (F19, F20): which reason, what happens next, and what to say on the telephone."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.domain.eligibility import Referral, assess
from sonae.domain.figures import FigureInvalid, read_yen
from sonae.domain.money import MAN
from sonae.domain.product.definition import Industry, Product
from sonae.domain.quoting import LARGEST_SALES
from sonae.domain.risk import Risk
from sonae.web.shared.context import programme_of
from sonae.web.site.calculation import Calculation
from sonae.web.site.calculator_form import typed
from sonae.web.site.not_open_yet import not_open_yet


@dataclass(frozen=True, slots=True)
class Typed:
    """What was carried over, as far as it can be read."""

    industry: Industry | None
    annual_sales: int | None
    sales_as_typed: str

    @property
    def anything(self) -> bool:
        return self.industry is not None or self.annual_sales is not None or bool(self.sales_as_typed)


@require_safe
def outside(request: HttpRequest) -> HttpResponse:
    """GET /outside/?industry=…&sales=…: never a dead end, whatever the address carries."""
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    given = typed(request.GET)
    carried = _read(given, product)
    reasons = _reasons(carried, product)
    facts = {
        "product": product,
        "carried": carried,
        "reasons": reasons,
        "is_open": carried.industry is not None and carried.annual_sales is not None and not reasons,
        "rules": [rule for rule in product.eligibility if rule.kind != "disclosure_answer"],
        "insurer": product.party("insurer"),
        "agency": product.party("agency"),
        "operator": product.party("operator"),
        "query": Calculation(product, None, None, given, None).query,
    }
    response = render(request, "site/outside.html", facts)
    response.headers["Cache-Control"] = "no-store"
    return response


def _read(given: dict[str, str], product: Product) -> Typed:
    industry = next((one for one in product.industries if one.code == given["industry"]), None)
    try:
        sales: int | None = read_yen(given["sales"], unit=MAN)
    except FigureInvalid:
        sales = None
    if sales is not None and sales > LARGEST_SALES:
        sales = None
    return Typed(industry, sales, given["sales"])


def _reasons(carried: Typed, product: Product) -> tuple[Referral, ...]:
    """Half of the facts is enough for a reason: a medical institution is one whatever its sales."""
    industry = carried.industry.code if carried.industry else next(one.code for one in product.industries if one.factor)
    return assess(product, Risk(industry, carried.annual_sales or 0))
