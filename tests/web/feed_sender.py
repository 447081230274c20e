"""The organiser's own system, as it hands in files by HTTP: signs by hand, so that two readings of the standard must agree."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client

from sonae.apps.membership.feed_keys import FeedKey
from tests import clock

SECRET, OTHER_SECRET, NEXT_SECRET = "s" * 40, "o" * 40, "n" * 40
KEYS = {
    "kaihi-2026": FeedKey("kaihi", SECRET),
    "kaihi-2027": FeedKey("kaihi", NEXT_SECRET),  # while one key replaces the other both are good
    "other-2026": FeedKey("other", OTHER_SECRET),
}
ADDRESS = "/api/feeds/"
LIST = "会員番号,会員種別,会員名\n10000017,basic,青木工務店\n20000031,pap,宇野会計事務所\n".encode()
FILE_HEADERS = {
    "Sonae-Feed-Form": "list", "Sonae-Feed-Day": "2026-12-01", "Sonae-Feed-Name": "members_list_2026-12-01.csv",
}  # fmt: skip


def digest_of(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


@dataclass
class Sender:
    """``nonce`` counts up, so that each message is one of its own."""

    key_id: str = "kaihi-2026"
    secret: str = SECRET
    host: str = "testserver"
    sent: int = 0

    def headers(
        self,
        method: str,
        path: str,
        signed: dict[str, str],
        *,
        created: datetime | None = None,
        nonce: str = "",
        more: str = "",
    ) -> dict[str, str]:
        """The headers to be signed, and beside them their signature."""
        self.sent += 1
        values = {"@method": method, "@authority": self.host, "@path": path}
        values |= {name.lower(): value for name, value in signed.items()}
        listed = " ".join(f'"{name}"' for name in values)
        at = int((created or clock.now()).timestamp())
        said = f'({listed});created={at};keyid="{self.key_id}";nonce="{nonce or f"{self.key_id}-nonce-{self.sent:06d}"}"{more}'
        base = "\n".join([*(f'"{name}": {value}' for name, value in values.items()), f'"@signature-params": {said}'])
        seal = base64.b64encode(hmac.new(self.secret.encode(), base.encode(), "sha256").digest()).decode()
        return {**signed, "Signature-Input": f"sig={said}", "Signature": f"sig=:{seal}:"}

    def file_headers(self, body: bytes, *, content_type: str = "text/csv", **given: Any) -> dict[str, str]:
        """Of a file that is handed in; ``changed`` replaces headers before they are signed."""
        changed = given.pop("changed", {})
        headers = {"Content-Type": content_type, "Content-Digest": digest_of(body), **FILE_HEADERS, **changed}
        return self.headers("POST", ADDRESS, headers, **given)

    def send(self, browser: Client, body: bytes = LIST, headers: dict[str, str] | None = None, **given: Any) -> Any:
        """Hand in a file."""
        headers = dict(headers or self.file_headers(body, **given))
        return browser.generic("POST", ADDRESS, body, content_type=headers.pop("Content-Type"), headers=headers)

    def look(self, browser: Client, feed_id: int) -> Any:
        """Ask how it stands."""
        path = f"{ADDRESS}{feed_id}/"
        return browser.get(path, headers=self.headers("GET", path, {}))

    def apply(self, browser: Client, feed_id: int) -> Any:
        """Ask for it to be applied."""
        path = f"{ADDRESS}{feed_id}/apply"
        return browser.post(path, content_type="text/plain", headers=self.headers("POST", path, {}))
