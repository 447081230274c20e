"""When the database is away or no disk has room left, say so with 503 and a time to come back, not with a trace."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Callable
from contextlib import suppress

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from sonae.web.shared.error_pages import server_error, unavailable

log = logging.getLogger("sonae.outage")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class OutageAnswer:
    """Turns a lost database connection or a full disk into the page for 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _answer(request, exception) if is_outage(exception) else None


def is_outage(error: BaseException | None) -> bool:
    """Whether nobody's request is at fault and it will do later: no database, or no room on a disk for what came in."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return isinstance(error, (OperationalError, InterfaceError))


def fault(request: HttpRequest) -> HttpResponse:
    """What was raised before any view was reached, such as by a file that is read with its form: 503 for an outage, else 500."""
    raised = sys.exc_info()[1]
    return _answer(request, raised) if is_outage(raised) else server_error(request)


def _answer(request: HttpRequest, raised: BaseException | None) -> HttpResponse:
    # PostgreSQL's code tells a lost line from a lock that was waited for too long; its words may hold what somebody typed.
    cause = raised.__cause__ if raised else None
    log.error("away: %s %s", type(raised).__name__, getattr(cause, "sqlstate", None) or "without a code")
    for (
        handler
    ) in request.upload_handlers:  # else what came in of a file takes room for as long as the request is remembered
        with suppress(OSError):
            handler.upload_interrupted()
    return unavailable(request)
