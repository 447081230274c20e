"""Why a person did what others must be able to understand later."""

from __future__ import annotations

LONGEST_REASON = 400


class ReasonMissing(Exception):
    """Nothing was said, or nothing but spaces."""


def said_reason(reason: str) -> str:
    """In one line, and no longer than its column. Raises ReasonMissing."""
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise ReasonMissing
    return said
