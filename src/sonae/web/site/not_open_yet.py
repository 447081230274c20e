"""The page that stands in for those of a programme whose product is still to be published."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.web.shared.context import shipped_programme


def not_open_yet(request: HttpRequest) -> HttpResponse:
    """What will be here, and whom to call until then."""
    return render(request, "site/not_open_yet.html", {"window": shipped_programme(request).contact})
