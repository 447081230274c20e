"""The pages that search engines should know, each in both languages, and each saying where the other one is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from sonae.web.shared.context import programme_of
from sonae.web.shared.public_pages import public_pages


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """GET /sitemap.xml"""
    pages = list(public_pages(programme_of(request).current_product))
    xml = render_to_string("site/sitemap.xml", {"pages": pages})
    return HttpResponse(xml, content_type="application/xml; charset=utf-8")
