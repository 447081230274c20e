"""Notes every few minutes that a signed-in browser was seen, for the list of a person's sessions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from sonae.apps.people.use_cases.note_sign_in import note_seen
from sonae.web.portal.fresh import SEEN
from sonae.web.shared.moment import now

EVERY = timedelta(minutes=5)

log = logging.getLogger("sonae.outage")


class LastSeen:
    """Only sessions that have been opened anyway are looked at, so a public page goes on asking for none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # After a fault of ours the session wouldn't be saved, and where the database is away it can't even be read.
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            try:
                _note(request)
            except (OperationalError, InterfaceError) as error:  # what was asked for is done, and its answer goes out
                log.error("database away after the answer: %s", type(error).__name__)
        return response


def _note(request: HttpRequest) -> None:
    session = request.session
    if session.accessed and SEEN in session and session.session_key:
        moment = now(request)
        if moment - datetime.fromisoformat(session[SEEN]) >= EVERY:
            note_seen(session_key=session.session_key, now=moment)
            session[SEEN] = moment.isoformat()
