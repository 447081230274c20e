"""Forms in which a card processor says what it paid out: what such a form must do, and the ones that the settings name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.domain.payout import PaidOut
from sonae.domain.text import Text


class PayoutForm(Protocol):
    """Reads one form of file."""

    code: str
    name: Text
    gateway: str  # whose payments it speaks of

    def fits(self, heading: list[str]) -> bool:
        """Whether the line of headings is this form's."""

    def read(self, rows: Iterable[tuple[int, dict[str, str]]]) -> list[PaidOut]:
        """Every payout with its lines; rows come with their line in the file. PayoutRefused."""


@cache
def payout_forms() -> tuple[PayoutForm, ...]:
    """In the order of the settings."""
    names: Iterable[str] = settings.SONAE_PAYOUT_FORMS
    return tuple(import_string(name)() for name in names)
