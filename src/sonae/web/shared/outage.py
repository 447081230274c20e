"""When the database is away, say so with 503 and a time to come back, not with a trace."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from sonae.web.shared.error_pages import unavailable

log = logging.getLogger("sonae.outage")


class OutageAnswer:
    """Turns a lost database connection into the page for 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, (OperationalError, InterfaceError)):
            log.error("database away: %s", type(exception).__name__)
            return unavailable(request)
        return None
