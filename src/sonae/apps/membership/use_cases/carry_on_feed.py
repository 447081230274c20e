"""What the worker does with a feed that came in: check it; and where no person sits before it, apply it unless it is held."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.apply_feed import apply_feed
from sonae.apps.membership.use_cases.check_feed import check_feed

WITHOUT_A_PERSON = (Feed.Channel.HTTP, Feed.Channel.FOLDER, Feed.Channel.BUCKET)
WORKER = "system:feed"


def carry_on_feed(*, feed_id: int, now: datetime) -> Feed:
    """The feed, as far as it gets without a person. Safe to repeat. Raises as ``check_feed`` and ``apply_feed`` do."""
    feed = check_feed(feed_id=feed_id, now=now)
    if feed.state == Feed.State.CHECKED and feed.channel in WITHOUT_A_PERSON:
        return apply_feed(feed_id=feed_id, actor=WORKER, now=now)
    return feed


def carry_on_feeds(*, now: datetime) -> int:
    """Carry on with all that can, in the order in which they came, whatever became of their own jobs; how many there were."""
    waiting = Feed.objects.filter(state=Feed.State.RECEIVED) | Feed.objects.filter(
        state=Feed.State.CHECKED, channel__in=WITHOUT_A_PERSON
    )
    due = list(waiting.order_by("received_at", "id").values_list("pk", flat=True))
    for feed_id in due:
        carry_on_feed(feed_id=feed_id, now=now)
    return len(due)
