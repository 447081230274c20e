"""Make the facts of a checked feed known: what its dry run said, all of it or nothing."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.membership.models import Feed


class TotalsDisagree(Exception):
    """Members before, joined and left don't add up to members after; nothing was applied. A fault of ours, never of the file."""


def apply_feed(*, feed_id: int, actor: str, now: datetime) -> Feed:
    """The feed, APPLIED; applying it again changes nothing. Where facts were recorded since the dry run, that is done again
    first: then the feed may come back HELD (the brake) or REFUSED (``older_than_applied``), with nothing applied.

    One transaction under a lock of the whole programme; the free cover follows by a job. Raises ``FeedStands`` when the feed
    is RECEIVED, HELD, REFUSED or WITHDRAWN, ``TotalsDisagree``, and ``Feed.DoesNotExist``.
    """
    raise NotImplementedError
