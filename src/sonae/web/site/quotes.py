"""A kept quote and its 見積書, for whoever holds its address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sonae.apps.documents.papers import find_paper, pdf_of
from sonae.apps.programmes.product_files import product_of
from sonae.apps.quotes.models import Quote
from sonae.apps.quotes.queries import find_quote
from sonae.apps.quotes.use_cases.make_quote import paper_key
from sonae.domain.calendar import application_deadline, cover_starts_at
from sonae.domain.period import months_between
from sonae.domain.product.definition import Product
from sonae.web.shared.downloads import pdf_download
from sonae.web.shared.language import active_language
from sonae.web.shared.moment import now, today


@require_safe
def quote_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET /quotes/<token>/"""
    quote = _quote_or_404(token)
    product = product_of(quote.product_version)
    response = render(
        request, "site/quote.html", {**_facts(quote, product), "expired": today(request) > quote.valid_until}
    )
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def estimate(request: HttpRequest, token: str) -> HttpResponse:
    """GET /quotes/<token>/estimate.pdf"""
    quote = _quote_or_404(token)
    paper = find_paper(key=paper_key(quote, active_language()))
    if paper is None:
        raise Http404
    return pdf_download(pdf_of(paper=paper, now=now(request)), paper.file_name)


def _quote_or_404(token: str) -> Quote:
    quote = find_quote(token=token)
    if quote is None:
        raise Http404
    return quote


def _facts(quote: Quote, product: Product) -> dict[str, Any]:
    kept = quote.answers["ja"]["plans"]  # the figures as they were promised
    facts = {"industry": quote.industry, "sales": f"{quote.annual_sales}円"}
    apply = reverse("portal:start")
    return {
        "quote": quote,
        "product": product,
        "industry": product.industry(quote.industry),
        "rows": [
            (product.plan(plan["code"]), plan, f"{apply}?{urlencode({**facts, 'plan': plan['code']})}") for plan in kept
        ],
        "months": months_between(quote.start_on, quote.expiry_on),
        "begins_at": cover_starts_at(product.calendar, quote.start_on),
        "ends_at": cover_starts_at(product.calendar, quote.expiry_on),
        "deadline": application_deadline(product.calendar, quote.start_on),
        "calculator_query": urlencode({**facts, "start": quote.start_on.isoformat()}),
        "fresh_query": urlencode(facts),
    }
