"""Sessions that end: twelve hours after their id was made, however often they are used and saved in between."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as SessionInDatabase


class SessionStore(SessionInDatabase):
    """Django counts ``SESSION_COOKIE_AGE`` from the last save; here it counts from the id's first.

    Signing in makes a new id, so a person has the whole time from then on, and a stolen id is of no use the next day.
    """

    def create(self) -> None:
        self.set_expiry(timedelta(seconds=settings.SESSION_COOKIE_AGE))
        super().create()
