"""The papers that anybody may take along before applying."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sonae.apps.documents.facts import Frame, ImportantMattersFacts, MattersPart, Plan, lines_of
from sonae.apps.documents.rendering import paper_press
from sonae.apps.programmes.models import ProductVersion
from sonae.apps.programmes.product_files import product_of
from sonae.web.shared.context import programme_of
from sonae.web.shared.downloads import pdf_download
from sonae.web.shared.language import active_language, say


@require_safe
def important_matters(request: HttpRequest) -> HttpResponse:
    """GET /papers/important-matters.pdf: 重要事項のご説明 of the version that an application of today falls under."""
    product = programme_of(request).current_product
    if product is None:
        raise Http404
    version = ProductVersion.objects.defer("files").get(
        programme__code=product.programme, effective_date=product.effective_date
    )
    pdf = _pdf(version.digest, active_language())
    return pdf_download(
        pdf, str(say("重要事項のご説明_{version}.pdf", "important-matters_{version}.pdf")).format(version=version)
    )


@lru_cache(maxsize=8)
def _pdf(digest: str, language: str) -> bytes:
    """A published version never changes, so its paper is made once for each process."""
    version = ProductVersion.objects.get(digest=digest)
    product = product_of(version)
    facts = ImportantMattersFacts(
        frame=Frame.of(product, digest),
        made_at=version.published_at,
        parts=tuple(MattersPart.of(document) for document in product.wording if document.must_be_opened),
        plans=tuple(Plan.of(plan) for plan in product.plans),
        liability_lines=lines_of(product, "liability"),
        cost_lines=lines_of(product, "cost"),
    ).as_dict()
    return paper_press().render(template="important_matters", facts=facts, language=language)
