"""While ``SONAE_MAINTENANCE_UNTIL`` lies ahead, every page says until when we are at work and which telephone is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from sonae.web.shared.error_pages import under_maintenance
from sonae.web.shared.moment import JAPAN, now

HEALTH = "/health/"  # whoever watches the servers must see that they are up


class MaintenanceAnswer:
    """503 with a time to come back, for everything but the question whether the server is up. Nothing is asked of the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        until = maintenance_until(settings.SONAE_MAINTENANCE_UNTIL)
        if until is None or now(request) >= until or request.path_info == HEALTH:
            return self.get_response(request)
        return under_maintenance(request, until=until)


def maintenance_until(written: str) -> datetime | None:
    """The moment, in Japan where no zone is written; None for nothing. ImproperlyConfigured for what is no moment."""
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise ImproperlyConfigured(
            f"SONAE_MAINTENANCE_UNTIL is {written!r}; expected a moment such as 2026-12-05T06:00+09:00."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)
