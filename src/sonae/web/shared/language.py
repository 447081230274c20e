"""Which of the two texts a person sees: the one of the language that the address asks for."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language

from sonae.domain.text import Text


def active_language() -> str:
    """``ja`` or ``en``; Japanese whenever nothing else was asked for."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def in_language(text: Text) -> str:
    """The text in the active language, now."""
    return text.in_language(active_language())


def _say(ja: str, en: str) -> str:
    return en if active_language() == "en" else ja


say = lazy(_say, str)
"""``say("日本語", "English")``: a lazy string for form labels and errors, decided when it is shown."""
