"""Tokens and codes that go out by mail. What is kept of them can't be turned back."""

from __future__ import annotations

import hashlib
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

CODE_DIGITS = 6


def draw_token() -> str:
    """For a link: 192 random bits."""
    return secrets.token_urlsafe(24)


def digest_of_token(token: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def draw_code() -> str:
    """Six digits to type."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def digest_of_code(code: str, *, purpose: str) -> str:
    """Keyed, for six digits would be found again by trying them all."""
    return salted_hmac(f"sonae.people.code.{purpose}", code, algorithm="sha256").hexdigest()


def code_fits(code: str, digest: str, *, purpose: str) -> bool:
    """Whether it is the code that was drawn for this purpose."""
    return bool(digest) and constant_time_compare(digest_of_code(code, purpose=purpose), digest)
