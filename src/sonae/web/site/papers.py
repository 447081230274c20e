"""The papers that anybody may take along, of the version that rules today and of every other published one."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from sonae.apps.documents.product_papers import ProductPaper, find_product_paper
from sonae.apps.programmes.queries import PublishedProduct, published_products
from sonae.web.shared.context import programme_of
from sonae.web.shared.downloads import pdf_download
from sonae.web.shared.language import active_language
from sonae.web.site.paper_shelf import SHELF, PrintedPaper

A_YEAR, FIVE_MINUTES = 31_536_000, 300
PINNED = "sha256"  # the parameter with which an address names the very bytes it leads to
PINNED_LETTERS = 16


@require_safe
def important_matters(request: HttpRequest) -> HttpResponse:
    """GET /papers/important-matters.pdf: 重要事項のご説明 of the version that an application of today falls under."""
    return _answer(request, "important-matters", current_version(request))


@require_safe
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /papers/<slug>.pdf: the paper of the version that an application of today falls under."""
    return _answer(request, slug, current_version(request))


@require_safe
def paper_of_version(request: HttpRequest, version: str, slug: str) -> HttpResponse:
    """GET /papers/<version>/<slug>.pdf: a member's cover stays under its version, and so do its papers."""
    answer = _answer(request, slug, find_version(version))
    answer.headers["X-Robots-Tag"] = "noindex"  # one address a paper is enough to be found by
    return answer


def current_version(request: HttpRequest) -> PublishedProduct | None:
    """The published version of today's product, with its digest."""
    product = programme_of(request).current_product
    return None if product is None else find_version(product.version)


def find_version(version: str) -> PublishedProduct | None:
    """The published version of that day, written 2026-12-01 and in no other way."""
    try:
        day = date.fromisoformat(version)
    except ValueError:
        return None
    if day.isoformat() != version:
        return None
    return next((one for one in published_products() if one.product.effective_date == day), None)


def pin_of(printed: PrintedPaper) -> str:
    """The end of an address that is good for these bytes alone."""
    return f"?{PINNED}={printed.digest[:PINNED_LETTERS]}"


def _answer(request: HttpRequest, slug: str, version: PublishedProduct | None) -> HttpResponse:
    paper = find_product_paper(slug)
    if paper is None or version is None or not paper.is_of(version.product):
        raise Http404
    printed = SHELF.take(paper, digest=version.digest, language=active_language())
    answer = pdf_download(printed.pdf, file_name_of(paper, version, active_language()))
    del answer.headers["X-Robots-Tag"]
    answer.headers["ETag"] = etag = f'"{printed.digest}"'
    answer.headers["Cache-Control"] = _keep_for(request, printed)
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _keep_for(request: HttpRequest, printed: PrintedPaper) -> str:
    """For good where the address names the bytes; else until somebody asks whether they are still the same.

    A version's words never change, but the next release of the program may set them better.
    """
    if request.GET.get(PINNED) == printed.digest[:PINNED_LETTERS]:
        return f"public, max-age={A_YEAR}, immutable"
    return f"public, max-age={FIVE_MINUTES}"


def file_name_of(paper: ProductPaper, version: PublishedProduct, language: str) -> str:
    """契約概要_2026-12-01.pdf or product-summary_2026-12-01.pdf."""
    name = version.product.document(paper.document).name.ja.partition("（")[0]
    return f"{paper.slug if language == 'en' else name}_{version.product.version}.pdf"
