"""From a postcode to the beginning of an address, by the book named in the settings."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.forms import ValidationError
from django.utils.module_loading import import_string

from sonae.web.portal.steps.company_fields import read_postcode


@dataclass(frozen=True, slots=True)
class Place:
    """The beginning of an address."""

    prefecture: str
    city: str


def find_place(typed: str) -> Place | None:
    """The place of a postcode typed in any width; None for one that isn't in the book or is no postcode."""
    try:
        digits = read_postcode(typed).replace("-", "")
    except ValidationError:
        return None
    found = import_string(settings.SONAE_POSTCODE_BOOK)().find(digits)
    return None if found is None else Place(found.prefecture, f"{found.city}{found.town}")
