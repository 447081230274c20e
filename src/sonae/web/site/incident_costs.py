"""What would it cost us? An incident, its size, and how far the free cover and each plan would pay. Nothing is kept."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from sonae.apps.programmes.loss_facts import current_loss_facts
from sonae.domain.incident_costs.definition import LossFacts
from sonae.domain.product.definition import Product
from sonae.web.shared.context import programme_of
from sonae.web.shared.kept_pages import kept_page
from sonae.web.site.incident_answer import Answer, answer_incident, answer_scenarios
from sonae.web.site.incident_form import Asked, IncidentForm, read_asked
from sonae.web.site.not_open_yet import not_open_yet


@require_safe
@vary_on_headers("HX-Request")
@kept_page
def incident_costs(request: HttpRequest) -> HttpResponse:
    """GET /incident-costs/?incident=…&people=… or ?example=…&example=…: the answer's address can be shared."""
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    facts = current_loss_facts()
    asked = read_asked(request.GET, facts, product.scenarios)
    form = IncidentForm(facts, asked)
    shown = {
        "product": product,
        "asked": asked,
        "form": form,
        "answer": _answer(facts, product, asked, form),
        "hints": {one.code: one.sentence for one in facts.incidents},
        "examples": [(one, one in asked.scenarios) for one in product.scenarios],
    }
    return _render(request, shown, asked)


def _answer(facts: LossFacts, product: Product, asked: Asked, form: IncidentForm) -> Answer | None:
    if asked.scenarios:
        return answer_scenarios(facts, product, asked.scenarios)
    if asked.incident is None or not form.is_valid():
        return None
    return answer_incident(facts, product, asked.incident, form.sizes)


def _render(request: HttpRequest, shown: dict[str, Any], asked: Asked) -> HttpResponse:
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]  # set by django_htmx's middleware
    if not htmx or htmx.history_restore_request:
        return render(request, "site/incident_costs.html", shown)
    response = render(request, "site/incident_costs_part.html", shown)
    response.headers["HX-Replace-Url"] = f"{reverse('site:incident_costs')}?{asked.query}"
    return response
