"""The tests' clock: it stands still until a test moves it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sonae.domain.calendar import JAPAN

MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN)
_moment = datetime.fromisoformat(os.environ["SONAE_TEST_MOMENT"]) if "SONAE_TEST_MOMENT" in os.environ else MORNING


def now() -> datetime:
    """The moment the tests stand at: 24 November 2026, 10:00 in Japan, unless moved."""
    return _moment


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stand at another moment for a while."""
    global _moment
    before, _moment = _moment, moment
    try:
        yield
    finally:
        _moment = before


def later(**step: float) -> datetime:
    """A moment after now: ``later(minutes=5)``."""
    return _moment + timedelta(**step)
