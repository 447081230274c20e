"""Whether this web server answers. It asks nobody else, so that a database that is away takes no server out of service."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # Django's own signature
    """GET /health/"""
    return HttpResponse("up\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
