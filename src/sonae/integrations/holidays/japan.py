"""Japan's national holidays, substitute holidays and the days between two of them included; no network, no clock.

The days of the equinoxes are computed; they are official only once the Cabinet Office has announced them, the year before.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import jpholiday


@lru_cache(maxsize=1024)
def is_holiday(day: date) -> bool:
    """Whether that day is a national holiday."""
    return bool(jpholiday.is_holiday(day))
