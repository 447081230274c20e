"""One address with what it takes, as both tools are told it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

CSRF = "attack" + "0" * 26  # a cookie and a field of any letters belong together if they are the same 32


@dataclass(frozen=True, slots=True)
class Target:
    """One address with what it takes. ``cookies`` is the session of somebody who may open it."""

    name: str
    method: str
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    as_json: bool = False
    attacks_session: bool = False
    whole_site: bool = False  # wapiti follows the links from there

    @property
    def fields(self) -> set[str]:
        return set(self.body) | {name for name, _ in parse_qsl(urlsplit(self.address).query, keep_blank_values=True)}

    @property
    def text(self) -> str:
        """The body as it is sent."""
        if self.as_json:
            return json.dumps(self.body)
        return urlencode(self.body | {"csrfmiddlewaretoken": CSRF}) if self.method == "POST" else ""

    @property
    def cookie_line(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())
