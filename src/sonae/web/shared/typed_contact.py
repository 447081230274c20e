"""How a name, its reading and a telephone number are read wherever they are typed. Any width is taken, one way is kept."""

from __future__ import annotations

import re
import unicodedata

import jaconv
import phonenumbers
from django import forms

from sonae.web.shared.language import say

HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ", "-"))
_KANA = re.compile(r"[ァ-ヺー・＆　０-９Ａ-Ｚａ-ｚ．，－（）]+")  # full-width on purpose


def read_line(typed: str) -> str:
    """One line of text: composed, without control signs and outer blanks."""
    composed = unicodedata.normalize("NFC", typed)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in composed).split())


def read_lines(typed: str) -> str:
    """Several lines of text: composed, without control signs, and without empty lines around it or more than one within."""
    composed = unicodedata.normalize("NFC", typed).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign if sign == "\n" or sign.isprintable() else " " for sign in composed)
    lines = [line.rstrip() for line in kept.split("\n")]
    return "\n".join(line for n, line in enumerate(lines) if line or (n and lines[n - 1])).strip()


def read_kana(typed: str) -> str:
    """Full-width katakana, whether hiragana, half-width or full-width kana was typed."""
    wide = jaconv.hira2kata(jaconv.h2z(unicodedata.normalize("NFKC", typed), ascii=True, digit=True))
    kana = "　".join(wide.replace("　", " ").split())
    if kana and not _KANA.fullmatch(kana):
        raise forms.ValidationError(
            say(
                "漢字などが残っています。読みをカタカナで入れてください。例：サンプルコウムテン",
                "Please give the reading in kana only, for example サンプルコウムテン.",
            )
        )
    return kana


def read_telephone(typed: str) -> str:
    """A number of the length that numbers in Japan have, as people there write it: 03-1234-5678."""
    plain = unicodedata.normalize("NFKC", typed).translate(HYPHENS)
    try:
        number = phonenumbers.parse(plain, "JP")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.country_code != 81 or not phonenumbers.is_possible_number(number):
        raise forms.ValidationError(
            say(
                "電話番号として読めません。市外局番から入れてください。例：03-1234-5678",
                "This can’t be read as a telephone number. Include the area code, for example 03-1234-5678.",
            )
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
