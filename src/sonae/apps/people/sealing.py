"""Keeps a secret that has to be read again so that the database alone does not give it away.

AES in GCM under a key made from ``SECRET_KEY``; ``SECRET_KEY_FALLBACKS`` still open what an earlier one sealed. What was sealed
for one purpose opens for no other, so that a row copied to somebody else's place is worth nothing there.
"""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.crypto import salted_hmac

NONCE = 12  # bytes, as NIST SP 800-38D recommends


class Unreadable(Exception):
    """It was sealed under another key or for another purpose, or it is damaged."""


def seal(secret: str, *, purpose: str) -> str:
    """What may be kept of the secret."""
    nonce = secrets.token_bytes(NONCE)[:NONCE]
    return base64.b64encode(
        nonce + _box(settings.SECRET_KEY).encrypt(nonce, secret.encode(), purpose.encode())
    ).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """The secret. Raises Unreadable."""
    try:
        kept = base64.b64decode(sealed, validate=True)
    except binascii.Error as error:
        raise Unreadable from error
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _box(key).decrypt(kept[:NONCE], kept[NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise Unreadable


def _box(key: str | bytes) -> AESGCM:
    return AESGCM(salted_hmac("sonae.people.sealing", "key", secret=key, algorithm="sha256").digest())
