"""Reads a sum of money as people type it: 4,800 · １，０００万 · 1億2千万円 · 一億円 · ¥5,000,000."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from sonae.domain.money import CHO, MAN, OKU
from sonae.domain.text import Text

LARGEST_FIGURE = 10**15

_NO_UNIT_YET = 10**30
_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE_UNITS = {"兆": CHO, "億": OKU, "万": MAN}
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?", re.ASCII)
_PIECE = re.compile(r"([\d,.]*)([十百千]?)", re.ASCII)


class FigureInvalid(ValueError):
    """What was typed is no sum of money; ``message`` says what is there and what to do, in both languages."""

    def __init__(self, given: str, message: Text) -> None:
        self.given, self.message = given, message
        super().__init__(message.en)


def read_yen(given: str, unit: int = 1) -> int:
    """Whole yen. A bare figure counts in ``unit`` yen (10,000 for a field in 万円); 円, 万 or 億 in the text win.

    So 3千 in a field of 万円 is 3千万円, and 4,800千円 in the same field is 4,800,000.

    Raises FigureInvalid for what is empty, negative, not a figure, not whole yen, or above a thousand 兆.
    """
    tidy = _tidied(given)
    if not tidy:
        raise FigureInvalid(given, Text("金額を入れてください。", "Please enter a figure."))
    if tidy.startswith("-") or tidy[0] in "△▲":
        raise FigureInvalid(given, Text("0円以上の金額を入れてください。", "Please enter a figure of 0 or more."))
    said_yen = tidy.endswith("円") or tidy.startswith("¥")
    body = tidy.removesuffix("円").removeprefix("¥")
    has_unit = any(sign in body for sign in _LARGE_UNITS)
    yen = _value(given, body) * (1 if said_yen or has_unit else unit)
    if yen.denominator != 1:
        message = Text("1円未満は入れられません。円の単位まで入れてください。", "Please enter whole yen.")
        raise FigureInvalid(given, message)
    if yen >= LARGEST_FIGURE:
        raise FigureInvalid(
            given, Text("金額が大きすぎます。桁をお確かめください。", "The figure is too large; check its digits.")
        )
    return int(yen)


def _tidied(given: str) -> str:
    text = unicodedata.normalize("NFKC", given)
    for sign in "−‐–—":
        text = text.replace(sign, "-")
    text = "".join(text.split()).replace("、", ",").replace("萬", "万").replace("JPY", "").replace("yen", "円")
    return text.translate(_KANJI_DIGITS)


def _value(given: str, body: str) -> Fraction:
    total, rest, last = Fraction(0), body, _NO_UNIT_YET
    for sign, worth in _LARGE_UNITS.items():
        head, found, tail = rest.partition(sign)
        if found:
            if not head:
                raise _no_figure(given)
            part = _small(given, head) * worth
            if part >= last:
                raise _no_figure(given)
            total += part
            rest, last = tail, worth
    if rest or last == _NO_UNIT_YET:
        part = _small(given, rest)
        if part >= last:
            raise _no_figure(given)
        total += part
    return total


def _small(given: str, text: str) -> Fraction:
    """1,200 · 1.5 · 2千 · 3千5百: the part that stands before 兆, 億 or 万, or after them."""
    if not text:
        raise _no_figure(given)
    total, last, position = Fraction(0), _NO_UNIT_YET, 0
    while position < len(text):
        match = _PIECE.match(text, position)
        if match is None or match.end() == position:
            raise _no_figure(given)
        digits, sign = match.groups()
        worth = _SMALL_UNITS.get(sign, 1)
        if worth >= last:
            raise _no_figure(given)
        total += _plain(given, digits) * worth if digits else worth
        last, position = worth, match.end()
    return total


def _plain(given: str, digits: str) -> Fraction:
    if not _GROUPED.fullmatch(digits) or len(digits) > 24:
        raise _no_figure(given)
    return Fraction(digits.replace(",", ""))


def _no_figure(given: str) -> FigureInvalid:
    shown = given if len(given) <= 30 else given[:29] + "…"
    return FigureInvalid(
        given,
        Text(
            f"「{shown}」は金額として読めません。4800 や 4,800万円 のように入れてください。",
            f"“{shown}” can't be read as a figure. Write it like 4800 or 4,800万円.",
        ),
    )
