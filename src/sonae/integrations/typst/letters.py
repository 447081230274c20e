"""Which letters the papers' typeface can print, and what is printed in place of the others.

PDF/UA forbids a letter without a glyph, so an emoji in a company's name would stop the whole paper. Japanese printers set
a geta mark 〓 where a type is missing; so do we, and the paper says so at its end.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

import noto_cjk_sans_jp_bold
import noto_cjk_sans_jp_regular

GETA = "〓"
FONT_FILES = tuple(
    Path(package.__file__).with_name(package.FONT_FILE) for package in (noto_cjk_sans_jp_regular, noto_cjk_sans_jp_bold)
)

_COMPOSABLE = re.compile("[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SELECTORS = frozenset((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))


def printable(text: str) -> str:
    """The text as it can be printed in both weights. Invisible controls (direction, joiners) vanish, line ends stay.

    Marks are composed (カ+゛ → ガ) but nothing else is normalised: 髙 and 﨑 are names, not variants of 高 and 崎.
    """
    text = _COMPOSABLE.sub(lambda found: unicodedata.normalize("NFC", found[0]), _LINE_ENDS.sub("\n", text))
    covered = covered_letters()
    printed: list[str] = []
    for letter in text:
        code = ord(letter)
        if code in _SELECTORS:
            # A selector picks a shape of the letter before it and means nothing on its own.
            if printed and printed[-1] not in (GETA, "\n", " ") and ord(printed[-1]) not in _SELECTORS:
                printed.append(letter)
        elif letter == "\t":
            printed.append(" ")
        elif letter == "\n" or (code in covered and unicodedata.category(letter) not in ("Cc", "Cf", "Co")):
            printed.append(letter)
        elif unicodedata.category(letter) not in ("Cc", "Cf"):
            printed.append(GETA)
    return "".join(printed)


@cache
def covered_letters() -> frozenset[int]:
    """The code points that regular and bold can both print."""
    regular, bold = (_code_points(path.read_bytes()) for path in FONT_FILES)
    return frozenset(regular & bold)


def _code_points(font: bytes) -> set[int]:
    """The code points of an OpenType font, from the format 12 part of its cmap table."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * index) for index in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    for index in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">HHI", font, cmap + 4 + 8 * index)[2]
        if struct.unpack_from(">H", font, start)[0] == 12:
            groups = struct.unpack_from(">I", font, start + 12)[0]
            spans = (struct.unpack_from(">III", font, start + 16 + 12 * group) for group in range(groups))
            return {code for first, last, _ in spans for code in range(first, last + 1)}
    raise ValueError("the font has no table of all its letters (cmap format 12)")
