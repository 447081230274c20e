"""資料ダウンロード: which papers there are, what each is for, for which cover, and how to tell that a copy is genuine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from sonae.apps.documents.product_papers import PRODUCT_PAPERS, ProductPaper, When
from sonae.apps.programmes.queries import PublishedProduct, published_products
from sonae.domain.text import Text
from sonae.web.shared.context import programme_of
from sonae.web.shared.kept_pages import kept_page
from sonae.web.site.not_open_yet import not_open_yet
from sonae.web.site.paper_shelf import SHELF, PrintedPaper
from sonae.web.site.papers import pin_of

LANGUAGES = ("ja", "en")
OCCASIONS: tuple[tuple[When, Text, Text], ...] = (
    (
        "before",
        Text("お申込みの前に読む", "Before you apply"),
        Text("加入するかどうかを決めるための書面です。", "For deciding whether to join."),
    ),
    (
        "incident",
        Text("事故のときに読む", "When something happens"),
        Text("先に印刷して、電話のそばに置いておけます。", "Print it now and keep it beside the telephone."),
    ),
    (
        "any",
        Text("いつでも読む", "At any time"),
        Text("知りたいときに開いてください。", "Open it whenever you want to know."),
    ),
)


@dataclass(frozen=True, slots=True)
class Edition:
    """One paper in one language, ready to be taken."""

    language: str
    address: str
    printed: PrintedPaper


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """One row of the list."""

    name: Text
    explanation: Text
    editions: tuple[Edition, ...]


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A published version as the page offers it. ``replaced_on`` is the day of the next one, None for the newest."""

    product_version: str
    effective_date: date
    replaced_on: date | None
    shown: bool
    current: bool


@require_safe
@kept_page
def documents(request: HttpRequest) -> HttpResponse:
    """GET /documents/?version=2026-12-01; without a version the one that an application of today falls under."""
    current = programme_of(request).current_product
    if current is None:
        return not_open_yet(request)
    versions = published_products()
    asked = request.GET.get("version", current.version)
    shown = next((one for one in versions if one.product.version == asked), None)
    if shown is None:
        raise Http404
    facts = {
        "product": shown.product,
        "digest": shown.digest,
        "versions": choices_of(versions, shown=asked, current=current.version),
        "occasions": [(heading, lead, _listed(shown, when)) for when, heading, lead in OCCASIONS],
        "is_current": asked == current.version,
    }
    return render(request, "site/documents.html", facts)


def choices_of(versions: Sequence[PublishedProduct], *, shown: str, current: str) -> list[VersionChoice]:
    """Newest first; each holds until the day of the one above it."""
    choices: list[VersionChoice] = []
    replaced_on = None
    for one in versions:
        version, effective = one.product.version, one.product.effective_date
        choices.append(VersionChoice(version, effective, replaced_on, version == shown, version == current))
        replaced_on = effective
    return choices


def _listed(version: PublishedProduct, when: When) -> list[ListedPaper]:
    rows = []
    for paper in PRODUCT_PAPERS:
        if paper.when == when and paper.is_of(version.product):
            document = version.product.document(paper.document)
            editions = tuple(_edition(paper, version, language) for language in LANGUAGES)
            rows.append(ListedPaper(document.name, document.explanation, editions))
    return rows


def _edition(paper: ProductPaper, version: PublishedProduct, language: str) -> Edition:
    printed = SHELF.take(paper, digest=version.digest, language=language)
    with translation.override(language):
        address = reverse("site:paper_of_version", args=[version.product.version, paper.slug])
    return Edition(language, f"{address}{pin_of(printed)}", printed)
