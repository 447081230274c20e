"""Who sends a feed? HTTP message signatures (RFC 9421) with HMAC-SHA-256, and the digest of the body (RFC 9530).

The library reads and checks the signature. What must be signed, the clock, the digest of a body that is never held whole, and
that no message counts twice, are decided here.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import http_sf
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    VerifyResult,
    algorithms,
)

from sonae.apps.audit.throttle import allow

ALWAYS_SIGNED = ("@method", "@authority", "@path")
SIGNED_WITH_A_FILE = (
    *ALWAYS_SIGNED, "content-type", "content-digest", "sonae-feed-form", "sonae-feed-day", "sonae-feed-name",
)  # fmt: skip
SIGNED_WITH_A_QUERY = (*ALWAYS_SIGNED, "@query")
SIGNED_WITH_A_BODY = (*ALWAYS_SIGNED, "content-type", "content-digest")
CLOCKS_APART = timedelta(minutes=5)
NONCE_LENGTHS = range(16, 129)
DIGEST = "sha-256"


class NotSigned(Exception):
    """The message isn't signed as it must be; the reason is for our log and never for the sender."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A message whose head is a known sender's own."""

    sender: str
    key_id: str
    nonce: str


def check_head(request: HttpRequest, *, with_file: bool, now: datetime) -> Signed:
    """Whose message about feeds this is, before any of its body was read. Raises ``NotSigned``."""
    return _signed(request, SIGNED_WITH_A_FILE if with_file else ALWAYS_SIGNED, to="feeds", now=now)


def check_question(request: HttpRequest, *, to: str, now: datetime) -> Signed:
    """Whose question this is, asked with a key that may do that; what is asked for in the address is signed as well. NotSigned."""
    return _signed(request, SIGNED_WITH_A_QUERY, to=to, now=now)


def check_message(request: HttpRequest, *, to: str, now: datetime) -> Signed:
    """Whose message this is, with a key that may send it and a body that is the one that was signed. Raises ``NotSigned``."""
    signed = _signed(request, SIGNED_WITH_A_BODY, to=to, now=now)
    check_body(request, hashlib.sha256(request.body).digest())
    return signed


def _signed(request: HttpRequest, needed: tuple[str, ...], *, to: str, now: datetime) -> Signed:
    result = _verified(request, needed, now=now)
    key_id = str(result.parameters["keyid"])
    if to not in settings.SONAE_FEED_KEYS[key_id].permissions:
        raise NotSigned("a key that may not do this")
    if result.nonce is None or len(result.nonce) not in NONCE_LENGTHS:
        raise NotSigned("no nonce of a usable length")
    return Signed(sender=settings.SONAE_FEED_KEYS[key_id].sender, key_id=key_id, nonce=result.nonce)


def check_body(request: HttpRequest, sha256: bytes) -> None:
    """Whether the body that came is the one whose digest was signed. Raises ``NotSigned``."""
    try:
        given: Any = http_sf.parse(request.headers.get("Content-Digest", "").encode("ascii"), tltype="dictionary")
        said = given[DIGEST][0]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise NotSigned("no sha-256 in Content-Digest") from error
    if not isinstance(said, bytes) or not hmac.compare_digest(said, sha256):
        raise NotSigned("another body than was signed")


def use_once(signed: Signed, *, now: datetime) -> None:
    """Write down that this message came; kept as long as its time could be believed. Raises ``NotSigned`` the second time."""
    with transaction.atomic():  # so that the database's crash can't forget it
        if not allow(key=f"feed-nonce:{signed.key_id}:{signed.nonce}", most=1, within=3 * CLOCKS_APART, now=now):
            raise NotSigned("replayed")


class _Keys(HTTPSignatureKeyResolver):
    """The secrets that senders share with us, by the id of the key."""

    def resolve_public_key(self, key_id: str) -> bytes:
        key = settings.SONAE_FEED_KEYS.get(key_id)
        if key is None:
            raise NotSigned("unknown key")
        return bytes(key.secret.encode())

    def resolve_private_key(self, key_id: str) -> bytes:
        """Nothing is signed here."""
        raise NotImplementedError


class _Verifier(HTTPMessageVerifier):
    """With the moment of the request in place of the library's own clock, and no more lenient on either side of it."""

    def __init__(self, now: datetime) -> None:
        super().__init__(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=_Keys())
        self._now = now

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        if abs(self._now - _moment(sig_input.params.get("created"))) > CLOCKS_APART:
            raise NotSigned("signed too long ago, or by a clock that is wrong")
        expires = sig_input.params.get("expires")
        if expires is not None and _moment(expires) < self._now:
            raise NotSigned("expired")


def _moment(seconds: object) -> datetime:
    if type(seconds) is not int:
        raise NotSigned("no moment")
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise NotSigned("no moment that there is") from error


@dataclass(frozen=True, slots=True)
class _Message:
    """The request as the library reads it."""

    method: str
    url: str
    headers: Any


def _verified(request: HttpRequest, needed: tuple[str, ...], *, now: datetime) -> VerifyResult:
    message = _Message(request.method or "", request.build_absolute_uri(), request.headers)
    try:
        return _Verifier(now).verify(message, max_age=None, require_components=needed)[0]
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise NotSigned(str(error)) from error
