"""How an Excel workbook becomes rows of text, so that it can be read like any other file of members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class WorkbookReader(Protocol):
    """What ``read_feed`` takes as ``open_workbook``."""

    def __call__(self, chunks: Iterable[bytes], /) -> Iterator[tuple[int, list[str]]]:
        """The rows of the only sheet with data, each with its number and its cells as text.

        Raises FeedRefused for whatever is no sound workbook: damaged, encrypted, with macros, too large inside.
        """


def workbook_reader() -> WorkbookReader:
    """The reader named in the settings."""
    reader: WorkbookReader = import_string(settings.SONAE_WORKBOOK_READER)
    return reader
