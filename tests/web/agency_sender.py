"""The agency's own system: signs what it asks and what it tells."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from sonae.apps.membership.feed_keys import FeedKey
from tests.web.feed_sender import SECRET, Sender, digest_of

KEYS = {
    "agency-2026": FeedKey("agency", SECRET, frozenset({"referrals"})),
    "asks": FeedKey("insurer-core", SECRET, frozenset({"certificates"})),
    "kaihi-2026": FeedKey("kaihi", SECRET),
}
REFERRALS = "/api/v1/referrals"


class AgencySender(Sender):
    """With a key that may take referrals, unless another is named."""

    def __init__(self, key_id: str = "agency-2026", secret: str = SECRET) -> None:
        super().__init__(key_id=key_id, secret=secret)

    def question(self, path: str, query: str = "") -> dict[str, str]:
        """The headers of a question."""
        headers = self.headers("GET", path, {"@query": f"?{query}"})
        del headers["@query"]
        return headers

    def look(self, number: str = "", query: str = "") -> Any:  # type: ignore[override]
        """One referral, or the list."""
        path = f"{REFERRALS}/{number}" if number else REFERRALS
        return Client().get(f"{path}?{query}" if query else path, headers=self.question(path, query))

    def tell(self, number: str, body: object, *, sent: object = None) -> Any:
        """``sent`` is another body than the one that was signed."""
        path, signed = f"{REFERRALS}/{number}/steps", json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Content-Digest": digest_of(signed)}
        headers = self.headers("POST", path, headers)
        content = signed if sent is None else json.dumps(sent).encode()
        return Client().generic("POST", path, content, content_type=headers.pop("Content-Type"), headers=headers)
