"""事故のとき: whom to call at once, and what to do in the first hour; the same words as the guide to claims."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.apps.documents.product_papers import whom_to_call
from sonae.web.shared.context import programme_of
from sonae.web.shared.kept_pages import kept_page
from sonae.web.site.not_open_yet import not_open_yet

GUIDE = "claims_guide"


@require_safe
@kept_page
def emergency(request: HttpRequest) -> HttpResponse:
    """GET /emergency/"""
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    guide = next((text for text in product.information if text.code == GUIDE), None)
    facts = {"product": product, "calls": whom_to_call(product), "guide": guide}
    return render(request, "site/emergency.html", facts)
