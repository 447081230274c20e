"""A second person has looked at what the brake held, and says that it is right."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.reason import said_reason
from sonae.apps.audit.record import record
from sonae.apps.membership.locks import FeedStands, lock_feed
from sonae.apps.membership.models import Feed


class SamePerson(Exception):
    """Whoever handed the file in can't release it: the brake asks for a second person."""


@transaction.atomic
def release_feed(*, feed_id: int, actor: str, reason: str, now: datetime) -> Feed:
    """The feed, CHECKED from now on: what its dry run says may be applied. Releasing a released one again changes nothing.

    Raises ``FeedStands`` when it isn't held, ``SamePerson`` when ``actor`` handed it in, ``ReasonMissing``, and
    ``Feed.DoesNotExist``.
    """
    reason = said_reason(reason)
    feed = lock_feed(feed_id)
    if feed.state == Feed.State.CHECKED and feed.released_by == actor:
        return feed
    if feed.state != Feed.State.HELD:
        raise FeedStands(feed)
    if not is_second_person(actor, feed):
        raise SamePerson
    feed.state = Feed.State.CHECKED
    feed.released_at, feed.released_by, feed.release_reason = now, actor, reason
    feed.save(update_fields=["state", "released_at", "released_by", "release_reason"])
    record(now=now, actor=actor, action="feed.released", object_kind="feed", object_id=feed.pk, reason=reason)
    return feed


def is_second_person(actor: str, feed: Feed) -> bool:
    """Whether somebody else handed the feed in."""
    return actor != feed.received_by
