"""How a paper becomes a PDF: what the press must do, where it is found, and what a receipt's file is called."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class PaperFailed(Exception):
    """A paper could not be made: unknown template or language, or facts the template can't read. Says which and why."""


class PaperPress(Protocol):
    """Turns the facts of a paper into a PDF. Safe to call from several threads at once."""

    def render(self, *, template: str, facts: dict[str, object], language: str) -> bytes:
        """A PDF/UA-1 and PDF/A-2a file.

        ``template`` is a value of ``Paper.Kind``, ``facts`` what ``as_dict()`` of the matching class in ``facts.py`` gives,
        ``language`` ``ja`` or ``en``. The same facts always give the same bytes. Raises ``PaperFailed``.
        """

    def picture(self, *, template: str, facts: dict[str, object], language: str) -> bytes:
        """A PNG: ``share`` (what is shown where a page is shared) or ``icon``. Raises ``PaperFailed``."""

    @property
    def edition(self) -> str:
        """Another one whenever a template is another. Cheap to ask."""


@cache
def paper_press() -> PaperPress:
    """The press named in the settings, one for the process."""
    press: PaperPress = import_string(settings.SONAE_PAPER_PRESS)()
    return press


def file_name_for_receipt(*, paid_on: date, payment_yen: int, insurer_name: str) -> str:
    """``20261118_64940_東京海上日動火災保険株式会社_領収書.pdf``: date, sum and payee, by which law row 16 wants it found.

    ``paid_on`` is Japan's date. Whatever a file name can't carry is taken out of the insurer's name.
    """
    insurer = re.sub(r'[\\/:*?"<>|_\s]+', "", unicodedata.normalize("NFC", insurer_name))
    insurer = "".join(letter for letter in insurer if unicodedata.category(letter)[0] != "C").strip(".")
    return f"{paid_on:%Y%m%d}_{payment_yen}_{insurer}_領収書.pdf"
