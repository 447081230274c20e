"""One act at a time on a feed, and one application at a time in the whole programme."""

from __future__ import annotations

from django.db import connection

from sonae.apps.membership.models import Feed

# Any two feeds may name the same member, so facts of feeds are recorded one feed at a time. The number means nothing; it only
# has to be the same everywhere and nobody else's.
RECORDING = 5_377_210_001


class FeedStands(Exception):
    """The feed is in a state in which this can't be done; ``feed`` says which."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(f"feed {feed.pk} is {feed.state}")
        self.feed = feed


def lock_feed(feed_id: int) -> Feed:
    """The feed as it stands, nobody else's until the transaction ends. Raises ``Feed.DoesNotExist``."""
    return Feed.objects.select_for_update().get(pk=feed_id)


def lock_recording() -> None:
    """Wait until no other feed is being compared or applied; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECORDING])
