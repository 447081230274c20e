"""Give a feed up before it is applied, because it was the wrong file or the wrong day."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.membership.locks import FeedStands, lock_feed
from sonae.apps.membership.models import Feed

OPEN = frozenset({Feed.State.RECEIVED, Feed.State.CHECKED, Feed.State.HELD})  # something can still be decided


@transaction.atomic
def withdraw_feed(*, feed_id: int, actor: str, reason: str, now: datetime) -> Feed:
    """The feed, WITHDRAWN: it can't be applied any more, and the same file may be handed in afresh. Again changes nothing.

    Raises ``FeedStands`` when it was applied or refused, and ``Feed.DoesNotExist``.
    """
    feed = lock_feed(feed_id)
    if feed.state == Feed.State.WITHDRAWN:
        return feed
    if feed.state not in OPEN:
        raise FeedStands(feed)
    feed.state = Feed.State.WITHDRAWN
    feed.save(update_fields=["state"])
    record(now=now, actor=actor, action="feed.withdrawn", object_kind="feed", object_id=feed.pk,
           reason=" ".join(reason.split())[:400])  # fmt: skip
    return feed
