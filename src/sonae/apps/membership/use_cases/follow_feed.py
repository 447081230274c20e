"""Let the free cover follow a feed that was applied: its members in order of their ids, chunk by chunk, each a transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.membership.models import Feed
from sonae.apps.membership.tally import ACTOR, Tally
from sonae.apps.membership.use_cases.follow_member import follow_members
from sonae.apps.parties.models import MembershipFact

CHUNK = 10_000


class FeedNotApplied(Exception):
    """The feed's facts are not in force: it was not applied."""


def follow_feed(*, feed_id: int, now: datetime, chunk: int = CHUNK) -> Feed:
    """The feed, followed to its end. Killed anywhere and called again it goes on behind the last finished chunk; called for a
    feed that is done it changes nothing. Two at once share the work. Raises ``FeedNotApplied``.
    """
    while True:
        with transaction.atomic():
            feed = Feed.objects.select_for_update().get(pk=feed_id)
            if feed.state != Feed.State.APPLIED:
                raise FeedNotApplied(f"Feed {feed_id} is {feed.state}, not applied.")
            if feed.followed_at is not None:
                return feed
            _follow_chunk(feed, now=now, chunk=chunk)
            reached("follow.worked")
        reached("follow.committed")


def feeds_to_follow() -> list[int]:
    """The feeds that were applied and not followed to their end, oldest first."""
    waiting = Feed.objects.filter(state=Feed.State.APPLIED, followed_at__isnull=True)
    return list(waiting.order_by("applied_at", "id").values_list("id", flat=True))


def _follow_chunk(feed: Feed, *, now: datetime, chunk: int) -> None:
    ids = list(
        MembershipFact.objects.filter(source=feed.source, member_id__gt=feed.followed_to)
        .order_by("member_id")
        .values_list("member_id", flat=True)
        .distinct()[:chunk]
    )
    if not ids:
        feed.followed_at = now
        feed.save(update_fields=["followed_at"])
        return
    tally: Tally = follow_members(ids=ids, reason=feed.source, now=now)
    reached("follow.issued")
    feed.followed_to = ids[-1]
    feed.save(update_fields=["followed_to"])
    record(now=now, actor=ACTOR, action="free_cover.followed", object_kind="feed", object_id=feed.pk,
           to_member=ids[-1], followed=len(ids), **tally.as_dict())  # fmt: skip
