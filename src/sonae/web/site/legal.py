"""The pages that say on what footing the programme stands: who offers it and how, data, accessibility, terms, cookies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.web.shared.context import programme_of
from sonae.web.shared.kept_pages import kept_page
from sonae.web.site.cookies import cookies_in_use
from sonae.web.site.judged import last_judged
from sonae.web.site.not_open_yet import not_open_yet


@dataclass(frozen=True, slots=True)
class LegalPage:
    """One page. ``title`` and ``lead`` are the product's words where the page shows a text of the product."""

    slug: str
    template: str
    title: Callable[[Product], Text]
    lead: Callable[[Product], Text]
    facts: Callable[[Product], dict[str, Any]]
    text: str = ""  # the product's text that it shows; a version published before that text was asked for has none

    def stands_in(self, product: Product) -> bool:
        """Whether that version says what the page shows."""
        return not self.text or any(text.code == self.text for text in product.information)


def _information(slug: str, template: str) -> LegalPage:
    return LegalPage(
        slug,
        template,
        lambda product: product.information_text(slug).title,
        lambda product: product.information_text(slug).lead,
        lambda product: {"sections": product.information_text(slug).sections},
        slug,
    )


PAGES = (
    _information("parties", "site/legal/parties.html"),
    _information("solicitation", "site/legal/text.html"),
    LegalPage(
        "privacy",
        "site/legal/text.html",
        lambda product: product.wording_document("privacy").title,
        lambda product: product.wording_document("privacy").lead,
        lambda product: {"sections": product.wording_document("privacy").sections},
    ),
    _information("commerce", "site/legal/commerce.html"),
    LegalPage(
        "accessibility",
        "site/legal/accessibility.html",
        lambda product: Text("ウェブアクセシビリティ", "Accessibility"),
        lambda product: Text(
            "どなたにも読めて使えることを目指しています。目標、試験の結果、わかっている限界を示します。",
            "Everybody should be able to read and use this site: our target, what was tested, and the limits we know of.",
        ),
        lambda product: {"judged": last_judged()},
    ),
    LegalPage(
        "cookies",
        "site/legal/cookies.html",
        lambda product: Text("クッキーについて", "Cookies"),
        lambda product: Text(
            "このサイトを動かすために要るものだけを使います。広告や分析のためのものはありません。",
            "Only what the site needs to work. There are none for advertising or analysis.",
        ),
        lambda product: {"cookies": cookies_in_use()},
    ),
)


@require_safe
@kept_page
def legal(request: HttpRequest) -> HttpResponse:
    """GET /legal/: all of them, each with its first sentence."""
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    pages = [(page.slug, page.title(product), page.lead(product)) for page in PAGES if page.stands_in(product)]
    return render(request, "site/legal.html", {"pages": pages, "product": product})


@require_safe
@kept_page
def legal_page(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /legal/<slug>/"""
    page = next((one for one in PAGES if one.slug == slug), None)
    if page is None:
        raise Http404
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    if not page.stands_in(product):
        raise Http404
    others = [(one.slug, one.title(product)) for one in PAGES if one is not page and one.stands_in(product)]
    facts = {"title": page.title(product), "lead": page.lead(product), "product": product, "others": others}
    facts["insurer"] = product.party("insurer")
    return render(request, page.template, {**facts, **page.facts(product)})
