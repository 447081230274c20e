"""Take a feed that came in as far as it goes without a person: its dry run always, and where the operator wants it, applied."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from sonae.apps.membership.locks import FeedStands
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.apply_feed import apply_feed
from sonae.apps.membership.use_cases.check_feed import check_feed

# Where nobody sits before a screen and reads the dry run. What somebody brought to the desk waits for somebody at the desk.
UNATTENDED = (Feed.Channel.HTTP, Feed.Channel.FOLDER, Feed.Channel.BUCKET)
ACTOR = "system:feeds"
MOST = 100  # in one round
OF_A_JOB = timedelta(minutes=2)  # until then the feed's own job is about to read it
OF_AN_ACT = timedelta(
    days=1
)  # what lay longer was left by a person, and a setting that is switched on later doesn't apply it

log = logging.getLogger("sonae.feeds")


def take_further(*, feed_id: int, now: datetime) -> Feed:
    """The feed after its dry run: CHECKED, HELD or REFUSED; APPLIED when ``SONAE_FEED_APPLY_BY_ITSELF`` is on, it came by
    HTTP, folder or bucket, and the brake didn't hold it. Safe to repeat. Raises what ``check_feed`` and ``apply_feed`` raise,
    but for ``FeedStands``: whoever was quicker has decided.
    """
    feed = check_feed(feed_id=feed_id, now=now)
    if not _may_apply_by_itself(feed):
        return feed
    try:
        return apply_feed(feed_id=feed_id, actor=ACTOR, now=now)
    except FeedStands as stands:
        return stands.feed


def _may_apply_by_itself(feed: Feed) -> bool:
    """Never what the brake has held, even when a person has let go of it since: that person applies it."""
    unattended = settings.SONAE_FEED_APPLY_BY_ITSELF and feed.channel in UNATTENDED
    return unattended and feed.state == Feed.State.CHECKED and feed.released_at is None


def take_all_further(*, now: datetime) -> int:
    """Take on what was left lying: unread feeds whose job was lost, and checked ones whose worker died before it applied them.
    Says how many there were; one that can't be read keeps none of the others waiting.
    """
    waiting = _list_waiting(now)
    for feed_id in waiting:
        try:
            take_further(feed_id=feed_id, now=now)
        except Exception:  # whatever it is, it stands in the log, and is tried again with the next round
            log.exception("feed %s could not be taken further", feed_id)
    return len(waiting)


def _list_waiting(now: datetime) -> list[int]:
    left_lying = Q(state=Feed.State.RECEIVED, received_at__lte=now - OF_A_JOB)
    if settings.SONAE_FEED_APPLY_BY_ITSELF:
        left_lying |= Q(
            state=Feed.State.CHECKED, channel__in=UNATTENDED, released_at=None, received_at__gte=now - OF_AN_ACT
        )
    return list(Feed.objects.filter(left_lying).order_by("received_at", "id").values_list("pk", flat=True)[:MOST])
