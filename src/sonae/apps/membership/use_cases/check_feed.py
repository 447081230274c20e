"""The dry run: read the file, set bad rows aside, and say what applying it would change. Nothing of a member is touched."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.membership.models import Feed


def check_feed(*, feed_id: int, now: datetime) -> Feed:
    """The feed with its dry run (``dry_run.py`` says what stands in it): CHECKED when it may be applied, HELD when the brake
    holds it, REFUSED with ``refusal`` when the file isn't what it says or is older than an applied list.

    One transaction: a process that dies leaves the feed RECEIVED, and the next call does all of it. One that was checked
    before is returned as it stands. Raises ``Feed.DoesNotExist`` and ``NothingPublished``.
    """
    raise NotImplementedError
