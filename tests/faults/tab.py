"""A browser tab of the applicant over HTTP."""

from __future__ import annotations

import urllib3
from django.conf import settings

from sonae.apps.parties.models import User
from tests.web.door import browser_of


class Tab:
    """A browser tab of the applicant, signed in; every tab shares the session, as tabs do."""

    def __init__(self, site: str, user: User) -> None:
        client = browser_of(user)
        self._secret = "a" * 32
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._cookies = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={self._secret}"
        self._site = site

    def post(self, page: str, **fields: str) -> tuple[int, str]:
        """Status of the answer and where it leads."""
        reply = urllib3.PoolManager().request(
            "POST", f"{self._site}{page}", fields={"csrfmiddlewaretoken": self._secret, **fields}, encode_multipart=False,
            headers={"Cookie": self._cookies}, redirect=False, retries=False,
        )  # fmt: skip
        return reply.status, reply.headers.get("Location", "")

    def get(self, page: str) -> tuple[int, str]:
        """Status of the answer and what it says."""
        reply = urllib3.PoolManager().request(
            "GET", f"{self._site}{page}", headers={"Cookie": self._cookies}, redirect=False, retries=False
        )
        return reply.status, reply.data.decode()
