"""Whether somebody wants a kept answer worked out as of now (templates/desk/money/kept.html has the link)."""

from __future__ import annotations

from django.http import HttpRequest


def wants_afresh(request: HttpRequest) -> bool:
    """?afresh=1"""
    return request.GET.get("afresh") == "1"
