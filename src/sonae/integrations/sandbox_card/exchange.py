"""One request and one reply, as the parts of Sandbox Card hand them to each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. Header names are lower case; a field or query parameter given twice counts with its first value."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(status: int, value: object) -> Reply:
    """A JSON document."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, body, {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"})


def error_reply(status: int, code: str, message: str) -> Reply:
    """An error in the shape of the API."""
    return json_reply(status, {"error": {"code": code, "message": message}})
