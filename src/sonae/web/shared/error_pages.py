"""The pages for what went wrong. They say what happened, what it means for the cover, and whom to call."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.http import http_date
from django.utils.translation import get_language_from_path

from sonae.web.shared.context import shipped_programme

log = logging.getLogger("sonae.pages")

RETRY_AFTER_SECONDS = 60

# Shown when even the page for the error can't be drawn.
LAST_RESORT = (
    '<!doctype html><html lang="ja"><meta charset="utf-8"><title>Sonae 備え</title>'
    "<h1>{status} {fault}</h1><p>ただいま画面を表示できません。しばらくしてから、もう一度お開きください。</p>"
    '<p lang="en">This page can’t be shown right now. Please open it again in a little while.</p></html>'
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # Django's own signature
    """400: the request itself could not be read. Stands without the database."""
    return _page(request, HTTPStatus.BAD_REQUEST, alone=True)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # Django's own signature
    """403: somebody else's page."""
    return _page(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was open too long or came from elsewhere."""
    log.info("a form was refused: %s", reason)
    return _page(request, HTTPStatus.FORBIDDEN, template="form_too_old")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # Django's own signature
    """404: no page here."""
    return _page(request, HTTPStatus.NOT_FOUND)


def too_many_requests(request: HttpRequest, *, retry_after_seconds: int = RETRY_AFTER_SECONDS) -> HttpResponse:
    """429: more tries than the limit allows, with the time after which the next one counts."""
    minutes = max(1, -(-retry_after_seconds // 60))
    response = _page(request, HTTPStatus.TOO_MANY_REQUESTS, facts={"minutes": minutes})
    response.headers["Retry-After"] = str(retry_after_seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Stands without the database. The page has a number, under which the trace stands in the log."""
    fault = f"{secrets.randbelow(10_000):04d}-{secrets.randbelow(10_000):04d}"  # easily said on the telephone
    log.exception("fault %s", fault)
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, alone=True, facts={"fault": fault})


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is away. Says when to come back."""
    response = _page(request, HTTPStatus.SERVICE_UNAVAILABLE, alone=True)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def under_maintenance(request: HttpRequest, *, until: datetime) -> HttpResponse:
    """503: we are working on it, until a moment that is known. Stands without the database."""
    response = _page(
        request, HTTPStatus.SERVICE_UNAVAILABLE, template="maintenance", alone=True, facts={"until": until}
    )
    response.headers["Retry-After"] = http_date(until.timestamp())
    return response


def _page(
    request: HttpRequest,
    status: HTTPStatus,
    *,
    template: str = "",
    alone: bool = False,
    facts: dict[str, Any] | None = None,
) -> HttpResponse:
    name = f"shared/errors/{template or status.value}.html"
    language = get_language_from_path(request.path_info) or "ja"
    with translation.override(language):
        try:
            body = render_to_string(name, _context(request, alone, facts), None if alone else request)
        except Exception:  # whatever it is, the person gets an answer and the log gets the trace
            log.exception("the page for %s could not be drawn", status.value)
            body = format_html(LAST_RESORT, status=status.value, fault=(facts or {}).get("fault", ""))
    response = HttpResponse(body, status=status.value)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    return response


def _context(request: HttpRequest, alone: bool, facts: dict[str, Any] | None) -> dict[str, Any]:
    """A page that stands alone asks neither request nor database; the telephone it takes from the product's files."""
    context: dict[str, Any] = {"standing_alone": alone, **(facts or {})}
    if alone:
        context |= {"programme": shipped_programme(request), "demo": settings.SONAE_DEMO}
    return context
