"""Why a whole file of members is not used, in the words that its sender is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sonae.apps.membership.dry_run import OLDER_THAN_APPLIED
from sonae.domain.membership_feed.refusals import refusal_text
from sonae.domain.text import Text


def refusal_words(refusal: Mapping[str, Any]) -> Text:
    """Of ``Feed.refusal``."""
    code, details = refusal["code"], refusal.get("details", {})
    if code == OLDER_THAN_APPLIED:
        return Text(
            f"適用済みの名簿（{details['newest']}現在）より前の日の名簿です。",
            f"The list is of a day before the newest list that was applied, that of {details['newest']}.",
        )
    return refusal_text(code, details)
