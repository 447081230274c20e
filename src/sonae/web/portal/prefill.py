"""What was typed into the calculator, carried along in the session until the step that asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest

from sonae.domain.product.definition import Product

KEY = "calculator"
NAMES = ("industry", "sales", "plan")
LONGEST = 40


def keep(request: HttpRequest) -> None:
    """Keep what the address carries, if it carries anything of ours."""
    given = {name: request.GET[name][:LONGEST] for name in NAMES if request.GET.get(name)}
    if given:
        request.session[KEY] = given


def kept(request: HttpRequest, product: Product) -> Mapping[str, str]:
    """Only answers that this product knows; sales as they were typed."""
    found = request.session.get(KEY)
    given = {name: str(found.get(name, "")) for name in NAMES} if isinstance(found, dict) else {}
    industries = {industry.code for industry in product.industries}
    plans = {plan.code for plan in product.plans}
    return {
        "industry": given.get("industry", "") if given.get("industry") in industries else "",
        "sales": given.get("sales", ""),
        "plan": given.get("plan", "") if given.get("plan") in plans else "",
    }
