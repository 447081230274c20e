"""Notes every few minutes that a signed-in browser was seen, for the list of a person's sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse

from sonae.apps.people.use_cases.note_sign_in import note_seen
from sonae.web.portal.fresh import SEEN
from sonae.web.shared.moment import now

EVERY = timedelta(minutes=5)


class LastSeen:
    """Only sessions that have been opened anyway are looked at, so a public page goes on asking for none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if session.accessed and SEEN in session and session.session_key:
            moment = now(request)
            if moment - datetime.fromisoformat(session[SEEN]) >= EVERY:
                session[SEEN] = moment.isoformat()
                note_seen(session_key=session.session_key, now=moment)
        return response
