"""Fields for what people type, asked for and refused in the same words on every page. Lengths come first."""

from __future__ import annotations

from typing import Any

from django import forms

from sonae.web.shared.language import say

LONGEST_EMAIL = 254


def too_long(most: int) -> str:
    """What a text of more letters is told."""
    return say(f"{most:,}文字以内で入れてください。", f"Please use no more than {most:,} characters.")


def line_field(label: Any, missing: Any = None, *, most: int, help_text: Any = "", **attrs: str) -> forms.CharField:
    """One line; ``missing`` is what somebody is told who leaves it empty, where that may not be."""
    return forms.CharField(
        label=label,
        required=missing is not None,
        max_length=most,
        help_text=help_text,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"max_length": too_long(most), **({"required": missing} if missing else {})},
    )


def message_field(label: Any, *, most: int, rows: int, help_text: Any = "") -> forms.CharField:
    """Several lines, or nothing."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": too_long(most)},
    )


def email_field(
    label: Any, missing: Any = None, *, required: bool = True, help_text: Any = "", autocomplete: str = "email"
) -> forms.EmailField:
    """An e-mail address."""
    return forms.EmailField(
        label=label,
        required=required,
        max_length=LONGEST_EMAIL,
        help_text=help_text,
        widget=forms.EmailInput(attrs={"autocomplete": autocomplete, "inputmode": "email"}),
        error_messages={
            "required": missing or say("メールアドレスを入れてください。", "Please enter your e-mail address."),
            "invalid": say(
                "メールアドレスの形になっていません。name@example.jp のように入れてください。",
                "This is not in the form of an e-mail address, such as name@example.jp.",
            ),
            "max_length": too_long(LONGEST_EMAIL),
        },
    )
