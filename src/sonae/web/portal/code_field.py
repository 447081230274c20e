"""Digits from a mail or an app."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms

from sonae.web.shared.language import say

WRONG_CODE = say(
    "コードが違います。いちばん新しいメールのコードを入れてください。",
    "This is not the code. Use the one in the newest mail.",
)

IN_THE_MAIL = say("メールに書かれた6桁の数字です。", "The six digits in the mail.")


class CodeField(forms.CharField):
    """The code as it was given; full-width digits, and spaces between them, are read too."""

    def __init__(self, *, label: Any, help_text: Any = IN_THE_MAIL) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
            error_messages={"required": say("コードを入れてください。", "Please enter the code.")},
        )

    def clean(self, value: Any) -> str:
        """The digits alone."""
        typed = unicodedata.normalize("NFKC", super().clean(value))
        return "".join(sign for sign in typed if sign.isascii() and sign.isdecimal())
