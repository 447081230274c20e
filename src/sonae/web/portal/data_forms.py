"""What a member's person may ask for its data: a correction of the organiser's list, and deletion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from sonae.apps.contact.use_cases.ask_for_correction import FIELDS
from sonae.domain.product.definition import Product
from sonae.web.shared.keyed_form import KeyedForm, new_form_key
from sonae.web.shared.language import in_language, say
from sonae.web.shared.text_fields import email_field, line_field, message_field
from sonae.web.shared.typed_contact import read_kana, read_line, read_lines, read_telephone

LONGEST_MESSAGE = 1_000


class DataForm(KeyedForm):
    """Both have room for a few words."""

    def clean_message(self) -> str:
        return read_lines(self.cleaned_data["message"])


class CorrectionForm(DataForm):
    """Begins with what the list says; what is written over it is what should stand."""

    name = line_field(say("会社名", "Name of the firm"), most=120, autocomplete="organization")
    name_kana = line_field(say("フリガナ", "Name in kana"), most=160)
    member_class = forms.ChoiceField(
        label=say("会員の区分", "Kind of member"),
        required=False,
        error_messages={"invalid_choice": say("一覧から選んでください。", "Please choose from the list.")},
    )
    email = email_field(say("名簿のメールアドレス", "E-mail address on the list"), required=False)
    telephone = line_field(say("電話番号", "Telephone"), most=30, inputmode="tel", autocomplete="tel")
    message = message_field(
        say("補足", "Anything else"),
        most=LONGEST_MESSAGE,
        rows=4,
        help_text=say("いつから変わったか、など。", "From when it changed, for example."),
    )

    def __init__(self, product: Product, held: Mapping[str, str], data: QueryDict | None = None) -> None:
        super().__init__(data, initial={**held, "form_key": new_form_key()})
        self._held = held
        choices: Any = self.fields["member_class"]
        choices.choices = [(one.code, in_language(one.name)) for one in product.member_classes]

    def clean_name(self) -> str:
        return read_line(self.cleaned_data["name"])

    def clean_name_kana(self) -> str:
        typed = str(self.cleaned_data["name_kana"])
        return typed if typed == self._held.get("name_kana") else read_kana(typed)

    def clean_telephone(self) -> str:
        typed = str(self.cleaned_data["telephone"])
        return typed if not typed or typed == self._held.get("telephone") else read_telephone(typed)

    @property
    def wanted(self) -> dict[str, str]:
        """What should stand, field by field."""
        return {field: str(self.cleaned_data[field]) for field in FIELDS}


class ErasureForm(DataForm):
    """Deletion of what may be deleted."""

    message = message_field(
        say("ほかに消してほしいもの", "Anything else to be deleted"),
        most=LONGEST_MESSAGE,
        rows=4,
        help_text=say("あれば書いてください。担当者が確かめて、お返事します。", "A person will look at it and answer."),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"form_key": new_form_key()})
