"""The next number of a series. A number that was drawn is never drawn again; gaps are no fault."""

from __future__ import annotations

from typing import Literal

from django.db import connection

Series = Literal["quote", "application", "certificate", "receipt", "consultation", "case", "claim", "outside_event"]


def draw(series: Series) -> int:
    """The next sequence number, safe for any number of processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [f"sonae_{series}_number"])
        return int(cursor.fetchone()[0])
