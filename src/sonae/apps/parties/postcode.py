"""Which places a postcode stands for, so that an address can be filled from seven digits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a postcode. ``neighborhood`` is empty for a code of a whole city; kana are full-width katakana.

    ``office`` and ``street`` are filled for the codes that large offices have of their own.
    """

    postcode: str  # seven digits
    prefecture: str
    city: str
    neighborhood: str
    prefecture_kana: str
    city_kana: str
    neighborhood_kana: str
    street: str = ""
    office: str = ""


class PostcodeBook(Protocol):
    """Safe to call from several threads at once."""

    def find_places(self, postcode: str) -> tuple[Place, ...] | None:
        """Every place of the code, or None if there is no such code.

        Takes what people type: 154-0011, 〒１５４－００１１, 154 0011. Anything that is not seven digits is no code.
        """


@cache
def postcode_book() -> PostcodeBook:
    """The book named in the settings."""
    book: PostcodeBook = import_string(settings.SONAE_POSTCODE_BOOK)()
    return book
