"""Throw away the files of feeds that are over; the facts, the dry run and the log stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sonae.apps.membership.models import Feed, FeedChunk, FeedRow, SetAsideRow


@transaction.atomic
def forget_feed_files(*, now: datetime) -> int:
    """Delete bytes, staged rows and set-aside rows some days after the feed was applied, refused or withdrawn; how many feeds."""
    until = now - timedelta(days=settings.SONAE_FEED_FILES_KEPT_DAYS)
    given_up = Q(state__in=[Feed.State.REFUSED, Feed.State.WITHDRAWN], received_at__lte=until)
    over = Feed.objects.filter(Q(state=Feed.State.APPLIED, applied_at__lte=until) | given_up)
    kept = list(over.filter(pk__in=FeedChunk.objects.values("feed")).values_list("pk", flat=True))
    for model in (FeedRow, SetAsideRow, FeedChunk):
        model.objects.filter(feed__in=kept).delete()
    return len(kept)
