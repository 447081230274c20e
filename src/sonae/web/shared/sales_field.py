"""Yearly sales as people type them, on every page that asks for them."""

from __future__ import annotations

from typing import Any

from django import forms

from sonae.domain.figures import FigureInvalid, read_yen
from sonae.domain.money import MAN, format_yen, yen_in_words
from sonae.domain.quoting import LARGEST_SALES
from sonae.web.shared.language import in_language, say

LONGEST_TYPED = 60


class SalesField(forms.Field):
    """Yearly sales in 万円, in any of the ways in which people write them. Cleaned to whole yen."""

    def clean(self, value: Any) -> int:
        text = str(value or "")
        if len(text) > LONGEST_TYPED:
            raise forms.ValidationError(
                say(
                    "長すぎて読めません。4800 や 4,800万円 のように入れてください。",
                    "This is too long to read. Write it like 4800 or 4,800万円.",
                )
            )
        try:
            yen = read_yen(text, unit=MAN)
        except FigureInvalid as problem:
            raise forms.ValidationError(in_language(problem.message)) from problem
        if yen > LARGEST_SALES:
            most = in_language(yen_in_words(LARGEST_SALES))
            raise forms.ValidationError(
                str(say("{most}までの額を入れてください。", "Please enter no more than {most}.")).format(most=most)
            )
        return yen


def sales_typed(yen: int) -> str:
    """As somebody would have typed it into that field: 500 for 5,000,000 yen; what isn't whole 万円 keeps its unit."""
    return f"{yen // MAN:,}" if yen % MAN == 0 else format_yen(yen)
