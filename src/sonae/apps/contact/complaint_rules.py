"""What complaints can be about, how grave they can be, and until when they are answered: from a file, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Gravity:
    """How grave a complaint is, and in how many days it is answered."""

    name: Text
    hint: Text
    answer_days: int


@dataclass(frozen=True, slots=True)
class ComplaintRules:
    """By code, in the order of the file."""

    categories: dict[str, Text]
    gravities: dict[str, Gravity]

    @property
    def days(self) -> dict[str, int]:
        """Until when an answer is owed, by gravity."""
        return {code: one.answer_days for code, one in self.gravities.items()}


@cache
def complaint_rules() -> ComplaintRules:
    """As the file has them. KeyError where something is missing."""
    read = tomllib.loads(Path(settings.SONAE_COMPLAINTS).read_text(encoding="utf-8"))
    return ComplaintRules(
        {one["code"]: Text(**one["name"]) for one in read["categories"]},
        {one["code"]: Gravity(Text(**one["name"]), Text(**one["hint"]), one["answer_days"]) for one in read["gravity"]},
    )
