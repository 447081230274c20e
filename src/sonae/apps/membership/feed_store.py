"""A store of objects into which the organiser's systems lay their files: what we ask of it, whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class StoreUnavailable(Exception):
    """The store did not answer, broke off, or turned us away; the message says which. It is asked again with the next round."""


class ObjectChanged(Exception):
    """The object is not the one that was listed any more, or is gone."""


class ObjectTooLarge(Exception):
    """The object has more bytes than are taken."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as the listing says. ``tag`` changes with its content."""

    name: str  # without the prefix under which we look
    size: int
    tag: str


class FeedStore(Protocol):
    """Every call may raise ``StoreUnavailable``."""

    def list_objects(self) -> Iterator[StoredObject]:
        """What lies directly under our prefix, page by page."""

    def fetch(self, wanted: StoredObject, into: BinaryIO, *, most: int) -> None:
        """The whole object, written piece by piece. Raises ``ObjectChanged`` or ``ObjectTooLarge``."""

    def move(self, wanted: StoredObject, to: str) -> None:
        """To another name under our prefix. Raises ``ObjectChanged``. A process that dies on the way leaves both."""

    def write_text(self, name: str, text: str) -> None:
        """A small object of ours beside it."""


def feed_store() -> FeedStore:
    """The one that the settings name."""
    store: FeedStore = import_string(settings.SONAE_FEED_STORE)(settings.SONAE_FEED_BUCKET)
    return store
