"""What a stranger with the QR code may know: in force on this day or not, plan and limits. Nothing personal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.apps.certificates.as_at import as_at
from sonae.apps.certificates.queries import find_by_code
from sonae.domain.figures import FigureInvalid, read_yen
from sonae.web.shared.moment import now, today

PARTS = ("year", "month", "day")
LONGEST_PART = 8


def read_day(given: dict[str, str]) -> date | None:
    """The day that the three fields name; None if there is no such day."""
    try:
        year, month, day = (read_yen(given[part]) for part in PARTS)
        return date(year, month, day)
    except (FigureInvalid, ValueError, OverflowError):
        return None


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """GET /verify/<code>/?year=…&month=…&day=…; without a day it answers for today."""
    certificate = find_by_code(code=code)
    if certificate is None:
        return _sealed(render(request, "site/verify_unknown.html", status=404))
    now_day = today(request)
    given = _typed(request)
    asked = read_day(given) if any(given.values()) else now_day
    shown = (
        given
        if any(given.values())
        else dict(zip(PARTS, (str(now_day.year), str(now_day.month), str(now_day.day)), strict=True))
    )
    facts: dict[str, Any] = {"shown": shown, "asked": asked, "is_today": asked == now_day}
    if asked is not None:
        facts["state"] = state = as_at(certificate, on=asked, known=now(request))
        facts["free_name"] = state.product.section("free").name
    return _sealed(render(request, "site/verify.html", facts))


def _typed(request: HttpRequest) -> dict[str, str]:
    return {part: request.GET.get(part, "").replace("\x00", "").strip()[:LONGEST_PART] for part in PARTS}


def _sealed(response: HttpResponse) -> HttpResponse:
    """Not to be found by search engines, and not kept on the way: the answer changes with the day."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
