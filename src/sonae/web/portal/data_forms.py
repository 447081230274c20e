"""What a member's person may ask for its data: a correction of the organiser's list, and deletion."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from sonae.apps.contact.use_cases.ask_for_correction import FIELDS
from sonae.domain.product.definition import Product
from sonae.web.shared.language import in_language, say
from sonae.web.shared.typed_contact import read_kana, read_line, read_lines, read_telephone

LONGEST_MESSAGE = 1_000
_KEY = re.compile(r"[A-Za-z0-9_-]{32}")


def new_form_key() -> str:
    """For one form on one screen, so that it counts once however often it is sent."""
    return secrets.token_urlsafe(24)


def _too_long(most: int) -> str:
    return say(f"{most:,}文字以内で入れてください。", f"Please use no more than {most:,} characters.")


def _line(label: Any, most: int, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"max_length": _too_long(most)},
    )


def _message(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_MESSAGE,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _too_long(LONGEST_MESSAGE)},
    )


class KeyedForm(forms.Form):
    """A form that counts once."""

    form_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        if not _KEY.fullmatch(self.cleaned_data.get("form_key", "")):
            self.data = {
                **{name: self.data.get(name) for name in self.data},
                "form_key": new_form_key(),
            }  # the next one counts
            raise forms.ValidationError(
                say(
                    "この画面からの送信を受け付けられませんでした。もう一度送ってください。",
                    "We could not take this form as it was sent. Please send it again.",
                )
            )
        return self.cleaned_data

    def clean_message(self) -> str:
        return read_lines(self.cleaned_data["message"])


class CorrectionForm(KeyedForm):
    """Begins with what the list says; what is written over it is what should stand."""

    name = _line(say("会社名", "Name of the firm"), 120, autocomplete="organization")
    name_kana = _line(say("フリガナ", "Name in kana"), 160)
    member_class = forms.ChoiceField(
        label=say("会員の区分", "Kind of member"),
        required=False,
        error_messages={"invalid_choice": say("一覧から選んでください。", "Please choose from the list.")},
    )
    email = forms.EmailField(
        label=say("名簿のメールアドレス", "E-mail address on the list"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "invalid": say(
                "メールアドレスの形になっていません。name@example.jp のように入れてください。",
                "This is not in the form of an e-mail address, such as name@example.jp.",
            ),
            "max_length": _too_long(254),
        },
    )
    telephone = _line(say("電話番号", "Telephone"), 30, inputmode="tel", autocomplete="tel")
    message = _message(
        say("補足", "Anything else"),
        say("いつから変わったか、など。", "From when it changed, for example."),
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


class ErasureForm(KeyedForm):
    """Deletion of what may be deleted."""

    message = _message(
        say("ほかに消してほしいもの", "Anything else to be deleted"),
        say("あれば書いてください。担当者が確かめて、お返事します。", "A person will look at it and answer."),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"form_key": new_form_key()})
