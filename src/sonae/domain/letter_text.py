"""A letter to many members: plain text with places that are filled for each of them, from a closed list; no expressions.

A place is a name in double square brackets, ``[[会員名]]`` or ``[[member name]]``. Whatever else stands in brackets is text.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sonae.domain.text import Text

LONGEST_SUBJECT = 120
LONGEST_BODY = 8_000
PLACE_IN_TEXT = re.compile(r"\[\[([^\[\]\n]{1,60})\]\]")
HALF_OPEN = re.compile(r"\[\[|\]\]")


class Place(StrEnum):
    """What can be filled in."""

    NAME = "name"
    NUMBER = "number"
    CERTIFICATE = "certificate"
    EXPIRY = "expiry"


PLACE_NAMES = {
    Place.NAME: Text("会員名", "member name"),
    Place.NUMBER: Text("会員番号", "member number"),
    Place.CERTIFICATE: Text("加入者証番号", "certificate number"),
    Place.EXPIRY: Text("満期", "expiry"),
}
# Only members with a paid cover have these.
OF_A_PAID_COVER = frozenset({Place.CERTIFICATE, Place.EXPIRY})
_BY_NAME = {name: place for place, text in PLACE_NAMES.items() for name in (text.ja, text.en)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a text, and what to do."""

    said: Text


def places_in(text: str) -> frozenset[Place]:
    """Those that are named in it and that there are."""
    return frozenset(_BY_NAME[name] for name in _names_in(text) if name in _BY_NAME)


def findings_of(text: str, *, has_paid_cover: bool) -> list[Finding]:
    """Places that there aren't, that not everybody has, and brackets that don't close; none, and it can be sent."""
    found = [_unknown(name) for name in _names_in(text) if name not in _BY_NAME]
    if not has_paid_cover:
        found += [_not_everybody(place) for place in sorted(places_in(text) & OF_A_PAID_COVER)]
    if HALF_OPEN.search(PLACE_IN_TEXT.sub("", text)):
        found.append(
            Finding(
                Text(
                    "「[[」か「]]」が余っています。差し込むところは [[会員名]] のように書いてください。",
                    "A “[[” or “]]” stands alone. Write a place like [[member name]].",
                )
            )
        )
    return found


def filled(text: str, values: Mapping[Place, Text], language: str) -> str:
    """The text as one member gets it. What a member's own data look like is text, never a place."""
    return PLACE_IN_TEXT.sub(lambda place: values[_BY_NAME[place[1].strip()]].in_language(language), text)


def one_line(text: str) -> str:
    """A subject: no control characters, no line breaks."""
    printable = "".join(sign if unicodedata.category(sign) != "Cc" else " " for sign in text)
    return " ".join(printable.split())[:LONGEST_SUBJECT]


def _names_in(text: str) -> list[str]:
    return [name.strip() for name in PLACE_IN_TEXT.findall(text)]


def _unknown(name: str) -> Finding:
    near = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.4)
    ja = f"「[[{name}]]」という差し込みはありません。"
    en = f"There is no place [[{name}]]."
    if near:
        ja, en = f"{ja}「[[{near[0]}]]」でしょうか。", f"{en} Did you mean [[{near[0]}]]?"
    return Finding(Text(ja, en))


def _not_everybody(place: Place) -> Finding:
    name = PLACE_NAMES[place]
    return Finding(
        Text(
            f"「[[{name.ja}]]」は、有料プランの加入者だけに送るときに使えます。",
            f"[[{name.en}]] can be used where only members with a paid cover are written to.",
        )
    )
