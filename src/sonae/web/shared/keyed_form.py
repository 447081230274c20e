"""A form that counts once, however often it is sent: each screen carries a key of its own."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django import forms

from sonae.web.shared.language import say

_KEY = re.compile(r"[A-Za-z0-9_-]{32,43}")


def new_form_key() -> str:
    """For one form on one screen."""
    return secrets.token_urlsafe(24)


class KeyedForm(forms.Form):
    """``form_key`` is what the caller keeps what was sent under. One that was tampered with is refused, and replaced in the
    form that is shown again."""

    form_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        if not _KEY.fullmatch(self.cleaned_data.get("form_key", "")):
            sent: Any = self.data
            renewed = sent.copy()
            renewed["form_key"] = new_form_key()
            self.data = renewed
            raise forms.ValidationError(
                say(
                    "この画面からの送信を受け付けられませんでした。内容をお確かめのうえ、もう一度送ってください。",
                    "We could not take this form as it was sent. Please check it and send it again.",
                )
            )
        return self.cleaned_data
