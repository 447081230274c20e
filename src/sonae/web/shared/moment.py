"""What time it is for a request. The clock's name stands in the settings, so that tests and the demo can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

JAPAN = ZoneInfo("Asia/Tokyo")


def now(request: HttpRequest) -> datetime:
    """The aware moment at which the request is answered; the same throughout one request."""
    kept = getattr(request, "sonae_moment", None)
    if isinstance(kept, datetime):
        return kept
    clock = cast(Callable[[], datetime], import_string(settings.SONAE_CLOCK))
    moment = clock()
    request.sonae_moment = moment  # type: ignore[attr-defined]  # one moment a request, kept on the request itself
    return moment


def today(request: HttpRequest) -> date:
    """The date in Japan at that moment."""
    return now(request).astimezone(JAPAN).date()
