"""The codes that an authenticator app shows: six digits, another every thirty seconds (RFC 6238), and the address of its QR code.

The reckoning is allauth's. The moment comes in from outside, and which step a code belongs to is told, so that each counts once.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlencode

from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.utils.crypto import constant_time_compare

PERIOD = 30  # seconds
TOLERANCE = 1  # steps before and after: the telephone's clock, and the time that typing takes
ISSUER = "Sonae"


def draw_key() -> str:
    """A new key: 160 random bits, in the letters that people can type."""
    return str(generate_totp_secret())


def step_at(now: datetime) -> int:
    """The step that an app is in at that moment."""
    return int(now.timestamp()) // PERIOD


def seconds_left(now: datetime) -> int:
    """Until the app shows the next code."""
    return PERIOD - int(now.timestamp()) % PERIOD


def code_of(key: str, step: int) -> str:
    """What an app with this key shows in that step."""
    return str(format_hotp_value(hotp_value(key, step)))


def fitting_step(key: str, typed: str, *, now: datetime) -> int | None:
    """The step whose code was typed, if that may be typed at this moment."""
    here = step_at(now)
    fitting = [
        step
        for step in range(here - TOLERANCE, here + TOLERANCE + 1)
        if constant_time_compare(code_of(key, step), typed)
    ]
    return max(fitting, default=None)


def address_of(key: str, *, email: str) -> str:
    """What the QR code holds."""
    given = urlencode({"secret": key, "issuer": ISSUER}, quote_via=quote)
    return f"otpauth://totp/{ISSUER}:{quote(email)}?{given}"
