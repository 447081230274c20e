"""What search engines should leave alone. Pages behind an unguessable address say ``noindex`` themselves."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

CLOSED = ("apply/", "portal/", "sign-in/", "demo/", "api/", "hooks/")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # Django's own signature
    """GET /robots.txt"""
    lines = ["User-agent: *", *(f"Disallow: /{prefix}{path}" for prefix in ("", "en/") for path in CLOSED)]
    lines.append(f"Sitemap: {settings.SONAE_SITE_ADDRESS}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
