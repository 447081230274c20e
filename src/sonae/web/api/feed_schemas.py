"""The shapes of the door for feeds, as its OpenAPI document tells them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema

from sonae.apps.membership.models import Feed


class Refusal(Schema):
    """Why the whole file is not used."""

    code: str
    message: str


class Totals(Schema):
    """Members on a day: in all, and by class."""

    members: int
    by_class: dict[str, int]


class FeedDryRun(Schema):
    """What applying the feed changes. Names of members stay at the desk: here are numbers only."""

    day: date
    good_rows: int
    set_aside_rows: int
    counts: dict[str, int]
    set_aside: dict[str, int]
    before: Totals
    joined: int
    left: int
    after: Totals
    brake: list[str]


class FeedState(Schema):
    """Where a feed stands. ``brake``: codes of what holds it; a person at the desk decides about it, never this door."""

    id: int
    state: Literal["received", "refused", "checked", "held", "applied", "withdrawn"]
    form: Literal["list", "changes"]
    day: date
    file_name: str
    size: int
    sha256: str
    received_at: datetime
    applied_at: datetime | None
    refusal: Refusal | None
    dry_run: FeedDryRun | None


def feed_json(feed: Feed, *, refusal_message: str) -> dict[str, Any]:
    """The answer's body."""
    kept: Any = feed  # the columns hold these words alone
    state = FeedState(
        id=feed.pk, state=kept.state, form=kept.form, day=feed.effective_date, file_name=feed.file_name,
        size=feed.size, sha256=feed.digest, received_at=feed.received_at, applied_at=feed.applied_at,
        refusal=Refusal(code=feed.refusal["code"], message=refusal_message) if feed.refusal else None,
        dry_run=_dry_run(feed.dry_run) if feed.dry_run else None,
    )  # fmt: skip
    return state.model_dump(mode="json")


def _dry_run(kept: dict[str, Any]) -> FeedDryRun:
    totals = kept["totals"]
    return FeedDryRun(
        day=kept["day"], good_rows=kept["good_rows"], set_aside_rows=kept["set_aside_rows"], counts=kept["counts"],
        set_aside=kept["set_aside"], before=totals["before"], joined=totals["joined"], left=totals["left"],
        after=totals["after"], brake=[reason["code"] for reason in kept["brake"]],
    )  # fmt: skip


SIGNATURE = [
    ("Signature-Input", "What is signed, when, with which key and which nonce (RFC 9421)."),
    ("Signature", "HMAC-SHA-256 of it, with the secret of that key."),
]
OF_THE_FILE = [
    ("Content-Digest", "sha-256 of the body (RFC 9530)."),
    ("Sonae-Feed-Form", "list: everybody who is a member on the day. changes: who joined, changed or left."),
    ("Sonae-Feed-Day", "The day from which it holds, such as 2026-12-01."),
    ("Sonae-Feed-Name", "The file's name; signs outside ASCII percent-encoded as UTF-8."),
]


def headers_of(*, with_file: bool) -> list[dict[str, Any]]:
    """The headers of a request, for the OpenAPI document."""
    named = [*SIGNATURE, *OF_THE_FILE] if with_file else SIGNATURE
    return [
        {"name": name, "in": "header", "required": True, "description": said, "schema": _schema_of(name)}
        for name, said in named
    ]


def _schema_of(name: str) -> dict[str, Any]:
    match name:
        case "Sonae-Feed-Form":
            return {"type": "string", "enum": ["list", "changes"]}
        case "Sonae-Feed-Day":
            return {"type": "string", "format": "date"}
        case _:
            return {"type": "string", "minLength": 1}


def body_with_file() -> dict[str, Any]:
    """The file as it is, under any content type, or a form with the one file."""
    binary = {"type": "string", "format": "binary"}
    form = {"type": "object", "properties": {"file": binary}, "required": ["file"], "additionalProperties": False}
    return {
        "required": True,
        "content": {"application/octet-stream": {"schema": binary}, "multipart/form-data": {"schema": form}},
    }
