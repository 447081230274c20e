"""The calculator: its result is an address that can be shared; keeping a quote is the only thing that changes anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from sonae.apps.audit.throttle import allow
from sonae.apps.quotes.use_cases.make_quote import Referred, StartGone, make_quote
from sonae.web.shared.client import client_of
from sonae.web.shared.context import programme_of
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.kept_pages import kept_page
from sonae.web.shared.moment import now, today
from sonae.web.site.calculation import Calculation, Result, calculate, services_of
from sonae.web.site.comparison import StartRow, larger_covers, start_rows


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@kept_page
def calculator(request: HttpRequest) -> HttpResponse:
    """GET answers what the address asks; POST 見積書をつくる keeps that answer as a quote."""
    if request.method == "POST":
        return _keep(request)
    calculation = calculate(request.GET, versions=programme_of(request).versions, today=today(request))
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]  # set by django_htmx's middleware
    wants_part = bool(htmx) and not htmx.history_restore_request
    template = "site/calculator_part.html" if wants_part else "site/calculator.html"
    return render(request, template, _facts(calculation))


def _keep(request: HttpRequest) -> HttpResponse:
    if not allow(
        key=f"quotes:{client_of(request)}",
        most=settings.SONAE_QUOTES_A_MINUTE,
        within=timedelta(minutes=1),
        now=now(request),
    ):
        return too_many_requests(request)
    calculation = calculate(request.POST, versions=programme_of(request).versions, today=today(request))
    result = calculation.result
    if result is None:
        return render(request, "site/calculator.html", _facts(calculation), status=422)
    try:
        quote = make_quote(
            industry=result.industry.code,
            annual_sales=result.annual_sales,
            start_on=result.start_on,
            now=now(request),
        )
    except (Referred, StartGone):  # the page that is shown says so, with the way on
        return render(request, "site/calculator.html", _facts(calculation), status=422)
    return redirect("site:quote", quote.token)


def _facts(calculation: Calculation) -> dict[str, Any]:
    product = calculation.product
    facts: dict[str, Any] = {"calculation": calculation, "form": calculation.form, "result": calculation.result}
    if product is None:
        return facts
    facts["paid_services"], facts["free_services"] = services_of(product)
    facts["free"] = product.section("free")
    facts["product"] = product
    if calculation.result is not None:
        facts["cards"] = [
            (product.plan(premium.plan_code), premium, _way_to_apply(calculation, premium.plan_code))
            for premium in calculation.result.premiums
        ]
        facts["larger"] = larger_covers(product, calculation.result.premiums)
        facts["start_rows"] = _start_rows(calculation, calculation.result)
    return facts


def _start_rows(calculation: Calculation, result: Result) -> list[tuple[StartRow, str]]:
    """Every start that the form offers in this scheme year, with the address that asks for it."""
    rows = start_rows(result.product, result.premiums, calculation.starts, result.expiry_on)
    return [(row, calculation.start_query(row.start_on)) for row in rows]


def _way_to_apply(calculation: Calculation, plan_code: str) -> str:
    """Empty where the last day to apply for this start has passed: then the page leads to the next start first."""
    if calculation.result is None or calculation.result.too_late:
        return ""
    return f"{reverse('portal:start')}?{calculation.apply_query(plan_code)}"
