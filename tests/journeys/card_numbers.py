"""Does a text hold a card number? By its digits alone, whatever card it is, so that nobody has to know which one was typed.

Digits belong together over spaces and hyphens, half-width or full-width; letters and all other signs part them. A run of 13 to 19
digits whose last is right by ISO/IEC 7812 (Luhn) is taken for a card number. Inside a longer run, such as a telephone number with a
card behind it, only what begins and is as long as a card of a brand counts, because of any twenty digits some thirteen pass by
accident.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from stdnum import luhn
from stdnum.jp import cn

from sonae.integrations.sandbox_card.cards import brand_of

SHORTEST, LONGEST = 13, 19
HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ", "-"))
RUN = re.compile(r"[0-9](?:[\s-]{0,3}[0-9])*")
ASKS_FOR_A_CARD = re.compile(r"cvc|cvv|csc|security.?code|card.?n|cc.?(number|exp)|^pan$", re.IGNORECASE)


def card_numbers_in(text: str) -> list[str]:
    """Every card number in the text, the middle digits left out."""
    narrow = unicodedata.normalize("NFKC", text).translate(HYPHENS)
    found = [number for run in RUN.findall(narrow) for number in _in_run(re.sub(r"\D", "", run))]
    return [f"{number[:6]}…{number[-4:]}" for number in dict.fromkeys(found)]


def _in_run(digits: str) -> Iterator[str]:
    if SHORTEST <= len(digits) <= LONGEST and luhn.is_valid(digits):
        yield digits
        return
    for start in range(len(digits) - SHORTEST + 1):
        for length in range(SHORTEST, LONGEST + 1):
            part = digits[start : start + length]
            if len(part) == length and brand_of(part) and luhn.is_valid(part):
                yield part


def is_corporate_number(field: str, text: str) -> bool:
    """The one number of thirteen digits that people give us: in its own field, alone, and with the right check digit.

    That digit makes Luhn's sum a multiple of nine, so that three 法人番号 in a thousand, whose sum is ninety, pass as card numbers.
    """
    digits = unicodedata.normalize("NFKC", text).translate(HYPHENS)
    return field == "corporate_number" and bool(re.fullmatch(r"[\d\s-]+", digits)) and bool(cn.is_valid(digits))
