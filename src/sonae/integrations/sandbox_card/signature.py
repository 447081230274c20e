"""How Sandbox Card signs its webhooks: ``t=<seconds>,v1=<HMAC-SHA256 of "t.body">``, as large processors do."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Sandbox-Signature"
SCHEME = "v1"
TOLERANCE_SECONDS = 300


class SignatureInvalid(Exception):
    """The header is missing, unreadable, too old or not made with our secret."""


def _digest(*, body: bytes, secret: str, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def sign(*, body: bytes, secret: str, at: int) -> str:
    """The header for ``body`` sent at ``at`` (whole seconds since 1970)."""
    return f"t={at},{SCHEME}={_digest(body=body, secret=secret, at=at)}"


def verify(*, body: bytes, header: str, secret: str, now: int) -> None:
    """Raise ``SignatureInvalid`` unless one v1 signature fits the body and is at most 300 s old.

    The age is looked at last, so that a stranger learns nothing about our clock.
    """
    if not secret:
        raise SignatureInvalid("no secret is set, so nothing can be believed")
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == SCHEME]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 12:
        raise SignatureInvalid("no readable time in the signature header")
    expected = _digest(body=body, secret=secret, at=int(times[0])).encode()
    # Compared in constant time, as bytes: strange characters must not raise.
    if not any(hmac.compare_digest(expected, candidate.encode()) for candidate in signatures):
        raise SignatureInvalid("no signature of scheme v1 fits the body")
    if now - int(times[0]) > TOLERANCE_SECONDS:
        raise SignatureInvalid("the signature is too old")
