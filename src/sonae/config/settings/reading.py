"""Settings as they stand in the environment. What can't be used ends the command with one line: which setting, and what to do."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

WHERE = "docs/howto/production.md"


def required(name: str) -> str:
    """What must not be missing when ``SONAE_PRODUCTION=1``."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} must be set when SONAE_PRODUCTION=1 ({WHERE}).")
    return value


def required_with(reason: str, name: str, *, where: str) -> str:
    """What must not be missing beside another setting."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} must be set beside {reason} ({where}).")
    return value


def names(name: str) -> list[str]:
    """One or more, with commas."""
    return [one.strip() for one in required(name).split(",") if one.strip()]


def required_key(name: str, *beginnings: str) -> str:
    """A key of the card processor, known by how it begins: two that were taken for each other are found before anybody pays."""
    value = required(name)
    if not value.startswith(beginnings):
        raise ImproperlyConfigured(
            f"{name} is another key; expected one that begins with {' or '.join(beginnings)} ({WHERE})."
        )
    return value


def whole_number(name: str, default: int) -> int:
    """From 1 upwards."""
    written = os.environ.get(name, "").strip()
    if not written:
        return default
    if not (written.isascii() and written.isdigit() and int(written) >= 1):
        raise ImproperlyConfigured(f"{name} is {written!r}; expected a whole number from 1, or nothing for {default}.")
    return int(written)


def moment(name: str) -> str:
    """An ISO moment as it was written, or nothing."""
    written = os.environ.get(name, "").strip()
    try:
        if written:
            datetime.fromisoformat(written)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is {written!r}; expected a moment such as 2026-12-05T06:00+09:00, or nothing."
        ) from None
    return written


def site_address(written: str) -> str:
    """Printed on papers, where nobody can correct it."""
    if not written.startswith("https://") or not written.removeprefix("https://").strip("/"):
        raise ImproperlyConfigured(
            f"SONAE_SITE_ADDRESS is {written!r}; expected https:// and the name of the site ({WHERE})."
        )
    return written.rstrip("/")


def secret_key(value: str) -> str:
    """Long enough that nobody guesses it; it is not repeated in the message."""
    if len(value) < 50:
        raise ImproperlyConfigured(
            f"SONAE_SECRET_KEY has {len(value)} characters; expected 50 random ones at least ({WHERE})."
        )
    return value


def secret_file(name: str, file: str) -> str:
    """What stands in the file that the setting names."""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ImproperlyConfigured(f"The file that {name} names can't be read: {why}.") from error


def secret_text(name: str) -> str:
    """From the file that ``<name>_FILE`` names, as secret stores lay them down, or from the environment; empty without either."""
    file = os.environ.get(f"{name}_FILE", "")
    return secret_file(f"{name}_FILE", file) if file else os.environ.get(name, "")
