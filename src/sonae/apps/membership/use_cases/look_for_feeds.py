"""Look where the organiser's systems leave files by themselves: the watched folder, and the bucket."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings

from sonae.apps.membership import watched_folder, watched_store
from sonae.apps.membership.feed_store import StoreUnavailable, feed_store

log = logging.getLogger("sonae.feeds")


def look_for_feeds(*, now: datetime) -> str:
    """One round over both, those that are named in the settings; its control totals. A place that is away is one line in the
    log, and is looked at again in the next round.
    """
    totals = []
    if settings.SONAE_FEED_FOLDER:
        try:
            totals.append(f"folder: {watched_folder.look_into(Path(settings.SONAE_FEED_FOLDER), now=now)}")
        except OSError as error:
            log.warning("the watched folder can't be opened: %s", error.strerror)
    if settings.SONAE_FEED_BUCKET:
        try:
            totals.append(f"bucket: {watched_store.look_into(feed_store(), now=now)}")
        except StoreUnavailable as error:
            log.warning("the bucket can't be read: %s", error)
    return "; ".join(totals)
