"""Files for the accounting software of a member: what such a format must do, and the ones that the settings name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.domain.premium_bookings import Booking
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Voucher:
    """What the lines of one certificate refer to."""

    certificate_number: str
    receipt_number: str  # empty where there is no receipt
    bookings: tuple[Booking, ...]


class AccountingFormat(Protocol):
    """Writes the bookings as one file."""

    code: str  # stands in the address
    name: Text
    file_name: str  # with {certificate}

    def write(self, voucher: Voucher) -> bytes:
        """The whole file, with nothing in it that a spreadsheet would run."""


@cache
def accounting_formats() -> dict[str, AccountingFormat]:
    """By code, in the order of the settings."""
    formats: Iterable[AccountingFormat] = [import_string(name)() for name in settings.SONAE_ACCOUNTING_FORMATS]
    return {one.code: one for one in formats}
