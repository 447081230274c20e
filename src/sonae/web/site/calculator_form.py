"""The three things that the calculator asks. Everything typed is kept; what is wrong is said beside the field."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from sonae.domain.calendar import cover_starts_at
from sonae.domain.product.definition import Product
from sonae.web.shared.figures import moment_words
from sonae.web.shared.language import active_language, say
from sonae.web.shared.sales_field import LONGEST_TYPED, SalesField

NAMES = ("industry", "sales", "start")


def typed(given: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, without the signs that no keyboard makes and a page can't show."""
    return {name: printable(str(given.get(name) or "")) for name in NAMES}


def printable(text: str) -> str:
    """The text without control signs and the like, cut one sign after the longest that is read."""
    shown = "".join(
        sign for sign in text[: LONGEST_TYPED + 1] if unicodedata.category(sign) not in {"Cc", "Cs", "Co", "Cn"}
    )
    return shown.strip()


class CalculatorForm(forms.Form):
    """Industry, declared annual sales, start of cover."""

    industry = forms.ChoiceField(
        label=say("業種", "Industry"),
        help_text=say(
            "売上がいちばん大きい事業で選んでください。", "Choose the business that brings the largest sales."
        ),
        error_messages={
            "required": say("業種を選んでください。", "Please choose an industry."),
            "invalid_choice": say("一覧から業種を選んでください。", "Please choose an industry from the list."),
        },
    )
    sales = SalesField(
        label=say("申告売上高（年間・税込）", "Declared annual sales, tax included"),
        help_text=say(
            "直近の決算の額です。全角でも構いません。",
            "From your last accounts. 4,800 means 48 million yen.",
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    start = forms.ChoiceField(
        label=say("補償を始める日", "Start of cover"),
        error_messages={
            "required": say("補償を始める日を選んでください。", "Please choose when cover starts."),
            "invalid_choice": say("一覧から、補償を始める日を選んでください。", "Please choose a start from the list."),
        },
    )

    def __init__(
        self, *, product: Product, starts: Sequence[date], hint: str = "", data: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data)
        language = active_language()
        industry: Any = self.fields["industry"]
        industry.choices = industry_choices(product)
        start: Any = self.fields["start"]
        start.choices = [(day.isoformat(), _start_words(product, day, language)) for day in starts]
        start.help_text = hint

    @property
    def sales_yen(self) -> int | None:
        """What was understood of the sales, for the echo under the field."""
        return self.cleaned_data.get("sales") if self.is_bound and self.is_valid_field("sales") else None

    def is_valid_field(self, name: str) -> bool:
        return name not in self.errors

    @property
    def start_on(self) -> date:
        """The chosen start, once the form is valid."""
        return date.fromisoformat(self.cleaned_data["start"])


def industry_choices(product: Product) -> list[tuple[str, str]]:
    """Every industry with its examples, after the invitation to choose."""
    return [("", str(say("選んでください", "Please choose"))), *_industries(product, active_language())]


def _industries(product: Product, language: str) -> list[tuple[str, str]]:
    template = "{name} ({hint})" if language == "en" else "{name}（{hint}）"
    return [
        (
            one.code,
            template.format(name=one.name.in_language(language), hint=one.hint.in_language(language))
            if one.hint.ja
            else one.name.in_language(language),
        )
        for one in product.industries
    ]


def _start_words(product: Product, day: date, language: str) -> str:
    return moment_words(cover_starts_at(product.calendar, day), language)
