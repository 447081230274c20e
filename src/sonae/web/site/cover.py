"""Cover and limits: what is paid and from which limit, what is not, and how the limits work over a term."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.domain.calendar import cover_starts_at, scheme_term
from sonae.domain.drawing_on_limits import draw_scenarios
from sonae.domain.product.check import EXCLUSIONS, EXCLUSIONS_IN
from sonae.domain.product.definition import CostLine, Limit, Product, Service
from sonae.domain.product.explanations import NotCovered
from sonae.domain.quoting import next_possible_start
from sonae.web.shared.context import programme_of
from sonae.web.shared.figures import date_words
from sonae.web.shared.kept_pages import kept_page
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import today
from sonae.web.shared.pictures import COST_TILE, LIABILITY_TILE
from sonae.web.site.not_open_yet import not_open_yet

PICTURES = {  # by cost line, thing that isn't covered, or service
    "damages": "misdirected-mail",
    "dispute": "dispute",
    "cooperation": "cooperation",
    "response": "response",
    "investigation": "investigation",
    "legal_advice": "legal-advice",
    "restoration": "restoration",
    "prevention": "prevention",
    "other_costs": "other-costs",
    "own_interruption": "closed-shop",
    "ransom": "ransom-note",
    "stolen_money": "empty-chest",
    "hotline": "hotline",
    "benchmark_report": "benchmark",
}

RULER_NOW = say(
    "いまお申込みいただくと、{start}から{expiry}までの補償です。",
    "If you apply now, you are covered from {start} to {expiry}.",
)
RULER_EXAMPLE = say("例：{start}から{expiry}までの補償", "For example: cover from {start} to {expiry}")


@dataclass(frozen=True, slots=True)
class CoverLine:
    """A cost line with its picture (empty if there is none) and whether the free cover has it."""

    line: CostLine
    picture: str
    in_free: bool


@require_safe
@kept_page
def cover(request: HttpRequest) -> HttpResponse:
    """GET /cover/"""
    programme = programme_of(request)
    product = programme.current_product
    if product is None:
        return not_open_yet(request)
    next_start = next_possible_start(programme.versions, today(request))
    term = scheme_term(product.calendar, next_start or product.effective_date)
    facts = {
        "product": product,
        "free": product.section("free"),
        "paid": product.section("paid"),
        "large_tile": LIABILITY_TILE,
        "small_tile": COST_TILE,
        "liability_lines": _lines(product, "liability"),
        "cost_lines": _lines(product, "cost"),
        "not_covered": [(thing, _picture(thing)) for thing in product.not_covered],
        "exclusions": product.wording_document(EXCLUSIONS_IN).find_section(EXCLUSIONS),
        "services": [(service, _picture(service), "free" in service.sections) for service in product.services],
        "start_on": next_start or term.start_on,
        "expiry_on": term.expiry_on,
        "ruler_caption": _ruler_caption(next_start or term.start_on, term.expiry_on, is_open=next_start is not None),
        "ends_at": cover_starts_at(product.calendar, term.expiry_on),
        "outside_rules": [rule for rule in product.eligibility if rule.kind != "disclosure_answer"],
        "insurer": product.party("insurer"),
        "agency": product.party("agency"),
        "policyholder": product.party("policyholder"),
        **_worked_example(product),
    }
    return render(request, "site/cover.html", facts)


def _worked_example(product: Product) -> dict[str, Any]:
    """All scenarios in one term: under the smallest plan in detail, under everything else in sums."""
    if not product.scenarios:
        return {}
    free, smallest, *larger = draw_scenarios(product)
    return {
        "example": smallest,
        "happened": list(zip(product.scenarios, smallest.draws, strict=True)),
        "compared": [free, smallest, *larger],
    }


def _ruler_caption(start_on: date, expiry_on: date, *, is_open: bool) -> str:
    language = active_language()
    dates = {"start": date_words(start_on, language), "expiry": date_words(expiry_on, language)}
    return str(RULER_NOW if is_open else RULER_EXAMPLE).format(**dates)


def _lines(product: Product, limit: Limit) -> list[CoverLine]:
    free = product.section("free").cost_lines
    return [CoverLine(line, _picture(line), line.code in free) for line in product.cost_lines_of(limit)]


def _picture(thing: CostLine | NotCovered | Service) -> str:
    name = PICTURES.get(thing.code)
    return f"shared/pictures/{name}.svg" if name else ""
