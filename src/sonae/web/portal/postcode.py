"""From a postcode to the beginning of an address, by the book named in the settings."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.apps.parties.postcode import postcode_book


@dataclass(frozen=True, slots=True)
class Beginning:
    """The beginning of an address, as the form's fields hold it."""

    prefecture: str
    city: str


def find_beginning(typed: str) -> Beginning | None:
    """For a postcode typed in any width; None for one that isn't in the book or is no postcode."""
    places = postcode_book().find_places(typed)
    if not places:
        return None
    first = places[0]
    # Where a code stands for several districts only what they share is filled in; the person adds the rest.
    shared = first.neighborhood if all(place.neighborhood == first.neighborhood for place in places) else ""
    return Beginning(first.prefecture, f"{first.city}{shared}")
