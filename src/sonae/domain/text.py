"""A text in both languages of the programme, side by side, so that neither can be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same statement in Japanese and in English."""

    ja: str
    en: str

    def in_language(self, language: str) -> str:
        """English for ``en``; Japanese, the programme's first language, for everything else."""
        return self.en if language == "en" else self.ja
