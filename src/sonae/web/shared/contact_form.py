"""What every form with somebody's name and how to reach them has in common: how it is read, whoever types it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from sonae.domain.product.definition import Product
from sonae.domain.window import preferred_times
from sonae.web.shared.keyed_form import KeyedForm
from sonae.web.shared.language import in_language, say
from sonae.web.shared.typed_contact import read_kana, read_line, read_lines, read_telephone


def preferred_time_field(label: Any) -> forms.ChoiceField:
    """When somebody would like to be called; left empty, any time will do. The choices come with the form."""
    return forms.ChoiceField(
        label=label,
        required=False,
        error_messages={"invalid_choice": say("一覧から選んでください。", "Please choose from the list.")},
    )


class TypedContactForm(KeyedForm):
    """Forms that ask for ``firm``, ``name``, ``kana``, ``telephone``, ``preferred_time`` and ``message``, each in its own words."""

    def __init__(self, product: Product, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        times: Any = self.fields["preferred_time"]
        times.choices = [(code, in_language(words)) for code, words in preferred_times(product.contact).items()]

    def clean_firm(self) -> str:
        return read_line(self.cleaned_data["firm"])

    def clean_name(self) -> str:
        name = read_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return name

    def clean_kana(self) -> str:
        return read_kana(self.cleaned_data["kana"])

    def clean_telephone(self) -> str:
        typed = self.cleaned_data["telephone"]
        return read_telephone(typed) if typed else ""

    def clean_preferred_time(self) -> str:
        return self.cleaned_data["preferred_time"] or "any"

    def clean_message(self) -> str:
        return read_lines(self.cleaned_data["message"])
