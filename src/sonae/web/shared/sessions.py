"""Sessions that end: twelve hours after their id was made, however often they are used and saved in between.

What is written down of a sign-in follows its session: to a new id, and to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as SessionInDatabase
from django.utils.module_loading import import_string

from sonae.apps.people.use_cases.end_sign_ins import note_ended, note_new_key


class SessionStore(SessionInDatabase):
    """Django counts ``SESSION_COOKIE_AGE`` from the last save; here it counts from the id's first.

    Signing in makes a new id, so a person has the whole time from then on, and a stolen id is of no use the next day.
    """

    def create(self) -> None:
        self.set_expiry(timedelta(seconds=settings.SESSION_COOKIE_AGE))
        super().create()

    def cycle_key(self) -> None:
        """A new id with the same content; the sign-in moves along before the old id is deleted."""
        old, content = self.session_key, cast(Any, self)._session  # the very content, which gets its new end in create
        self.create()
        self._session_cache = content
        if old and self.session_key:
            note_new_key(old=old, new=self.session_key)
            super().delete(old)

    def delete(self, session_key: str | None = None) -> None:
        ended = session_key or self.session_key
        super().delete(session_key)
        if ended:
            clock = cast(Callable[[], datetime], import_string(settings.SONAE_CLOCK))
            note_ended(session_key=ended, now=clock())
