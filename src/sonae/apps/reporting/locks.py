"""Closing lists, remitting, taking files of the processor, counting figures: one at a time each, and nobody who records anything
waits for it."""

from __future__ import annotations

from django.db import connection

# The numbers mean nothing; they only have to be the same everywhere and nobody else's.
CLOSING, PAYOUTS, COUNTING = 5_377_210_002, 5_377_210_003, 5_377_210_004


def lock_lists() -> None:
    """Held until the transaction ends. Rows of logs can't be locked themselves: that takes the right to change them."""
    _lock(CLOSING)


def lock_payouts() -> None:
    """Likewise for the processor's files and the work list."""
    _lock(PAYOUTS)


def lock_counting() -> None:
    """Likewise for counting the figures."""
    _lock(COUNTING)


def _lock(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
