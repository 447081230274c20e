"""One cell becomes a value that can be kept, or says why not.

Numbers, classes, days, telephone numbers and kana are brought to one width (NFKC). Names never are: 髙 stays 髙. Of a name only
what can't be seen is tidied, and the few letters that CP932 and Unicode write with different codes become one, so that the same
name is the same whichever way it came.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from sonae.domain.membership_feed.layout import Field

# What a spreadsheet takes for the beginning of a formula, in both widths.
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－−＠")
_BLANKS = re.compile(r"[ \t\r\n\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
# What most cells look like. They are taken as they stand, which is what a million rows need; the others get a second look.
_PLAIN_KANA = re.compile("[ァ-ヴー]+")
_PLAIN_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}@(?:[A-Za-z0-9]{1,63}\.){1,4}[A-Za-z]{2,63}")
_PLAIN_TELEPHONE = re.compile("0[0-9]{1,3}-[0-9]{2,4}-[0-9]{4}")
# What makes a name need a second look.
_ODD = re.compile(
    "[\x00-\x1f\x7f-\xad\u1680\u2000-\u200f\u2014\u2016\u2028-\u202f\u205f-\u206f\u2212\u301c\u3099\u309a"
    "\ud800-\uf8ff\ufeff\uff0d\ufff0-\uffff\U00010000-\U0010ffff]|^[ \u3000]|[ \u3000]{2}|[ \u3000]$"
)
_ONE_CODE = str.maketrans("〜−‖—¢£¬", "～－∥―￠￡￢")
_MARKED_KANA = re.compile("[ぁ-ヿ][\u3099\u309a]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ", "-"))
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*/?^_`{|}~+=-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"
)
_TELEPHONE = re.compile(r"(?:\+[1-9]|\(?0)[0-9()-]+")
_DAY = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")


class Unfit(Exception):
    """The cell can't be used; ``reason`` is one of ``reasons.REASONS``."""

    def __init__(self, reason: str, field: Field) -> None:
        self.reason, self.field = reason, field
        super().__init__(reason)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula, blanks before it or not."""
    return cell.lstrip(" \u3000")[:1] in FORMULA_STARTS if cell else False


def read_number(cell: str, least: int, most: int) -> str:
    """Digits in any width, spaces around and between them. Unfit: missing_number, formula, number_form."""
    if cell.isascii() and cell.isdigit() and least <= len(cell) <= most:
        return cell
    digits = "".join(unicodedata.normalize("NFKC", cell).split())
    if not digits:
        raise Unfit("missing_number", "number")
    if is_formula(cell):
        raise Unfit("formula", "number")
    if not (digits.isascii() and digits.isdigit() and least <= len(digits) <= most):
        raise Unfit("number_form", "number")
    return digits


def read_name(cell: str, field: Field, most: int) -> str:
    """The name with its blanks tidied, else as it stands. Unfit: formula, control_characters, unreadable_character, too_long."""
    name = cell
    if _ODD.search(cell):
        if is_formula(cell):  # asked before a tab or line end at the beginning is tidied away
            raise Unfit("formula", field)
        name = _tidied(cell)
        _check_letters(name, field)
    if name[:1] in FORMULA_STARTS:
        raise Unfit("formula", field)
    if len(name) > most:
        raise Unfit("too_long", field)
    return name


def _tidied(cell: str) -> str:
    """Runs of blanks become one (a full-width one where one of them was), line breaks among them."""
    one_code = cell.translate(_ONE_CODE)
    composed = _MARKED_KANA.sub(lambda found: unicodedata.normalize("NFC", found[0]), one_code)
    spaced = _BLANKS.sub(lambda found: "\u3000" if "\u3000" in found[0] else " ", composed)
    return spaced.strip(" \u3000")


def _check_letters(text: str, field: Field) -> None:
    for letter in text:
        category = unicodedata.category(letter)
        if category in {"Cc", "Cf", "Zl", "Zp"}:
            raise Unfit("control_characters", field)
        if category in {"Co", "Cn", "Cs"} or letter == "\ufffd":
            raise Unfit("unreadable_character", field)


def read_kana(cell: str, most: int) -> str:
    """The reading, half-width kana made full-width. Unfit as ``read_name``."""
    if len(cell) <= most and _PLAIN_KANA.fullmatch(cell):
        return cell
    return read_name(cell if cell.isascii() else unicodedata.normalize("NFKC", cell), "name_kana", most)


def read_email(cell: str, most: int) -> str:
    """Empty where there is none. Unfit: formula, too_long, bad_email."""
    if len(cell) <= most and _PLAIN_EMAIL.fullmatch(cell):
        return cell
    if is_formula(cell):
        raise Unfit("formula", "email")
    address = unicodedata.normalize("NFKC", cell).strip()
    if len(address) > most:
        raise Unfit("too_long", "email")
    if address and not _EMAIL.fullmatch(address):
        raise Unfit("bad_email", "email")
    return address


def read_telephone(cell: str, most: int) -> str:
    """Empty where there is none; +81… is no formula here. Unfit: formula, too_long, bad_telephone."""
    if _PLAIN_TELEPHONE.fullmatch(cell):
        return cell
    number = "".join(unicodedata.normalize("NFKC", cell).split()).translate(_DASHES)
    if is_formula(cell) and not number.startswith("+"):
        raise Unfit("formula", "telephone")
    if len(number) > most:
        raise Unfit("too_long", "telephone")
    if number and not (_TELEPHONE.fullmatch(number) and 9 <= sum(map(str.isdigit, number)) <= 15):
        raise Unfit("bad_telephone", "telephone")
    return number


def read_day(cell: str) -> date | None:
    """None where the cell is blank. Unfit: formula, impossible_date."""
    written = "".join(unicodedata.normalize("NFKC", cell).split())
    if not written:
        return None
    if is_formula(cell):
        raise Unfit("formula", "effective_date")
    found = _DAY.fullmatch(written)
    parts = [part for part in (found.group(1, 3, 5, 6, 7, 8) if found else ()) if part]
    try:
        year, month, day = (int(part) for part in parts)
        if not 2000 <= year <= 2099:
            raise ValueError
        return date(year, month, day)
    except ValueError:
        raise Unfit("impossible_date", "effective_date") from None
