"""How the facts of a firm are read: corporate number and postcode. Any width is taken, one way is kept."""

from __future__ import annotations

import unicodedata

from django import forms
from stdnum.exceptions import ValidationError as NumberProblem
from stdnum.jp import cn

from sonae.web.shared.language import say
from sonae.web.shared.typed_contact import HYPHENS

CORPORATE_DIGITS = 13
POSTCODE_DIGITS = 7


def read_corporate_number(typed: str) -> str:
    """法人番号: 13 digits whose first is the check digit. Empty stays empty: sole proprietors have none."""
    digits = _digits(typed)
    if not digits and not typed.strip():
        return ""
    if not digits.isdigit():
        raise forms.ValidationError(
            say("数字だけを入れてください。13桁です。", "Please enter digits only; there are 13.")
        )
    _check_length(digits)
    try:
        cn.validate(digits)
    except NumberProblem:
        raise forms.ValidationError(
            say(
                "どこかの数字が違っているようです。国税庁の法人番号公表サイトの番号と見比べてください。",
                "A digit seems to be wrong. Please compare with the number in the National Tax Agency’s register.",
            )
        ) from None
    return digits


def _check_length(digits: str) -> None:
    there, missing = len(digits), CORPORATE_DIGITS - len(digits)
    if missing > 0:
        raise forms.ValidationError(
            say(
                f"いま{there}桁です。あと{missing}桁を入れてください。",
                f"There {'is 1 digit' if there == 1 else f'are {there} digits'}. Please add {missing} more.",
            )
        )
    if missing < 0:
        raise forms.ValidationError(
            say(
                f"いま{there}桁です。{-missing}桁多いようです。",
                f"There are {there} digits. That is {-missing} too many.",
            )
        )


def read_postcode(typed: str) -> str:
    """Seven digits, kept as 123-4567."""
    digits = _digits(typed).removeprefix("〒")
    if not digits.isdigit() or len(digits) != POSTCODE_DIGITS:
        raise forms.ValidationError(
            say("郵便番号は7桁の数字です。例：100-0001", "A postcode has seven digits, for example 100-0001.")
        )
    return f"{digits[:3]}-{digits[3:]}"


def _digits(typed: str) -> str:
    narrow = unicodedata.normalize("NFKC", typed).translate(HYPHENS)
    return "".join(sign for sign in narrow if not sign.isspace() and sign != "-")
