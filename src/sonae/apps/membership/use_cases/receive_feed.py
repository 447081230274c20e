"""Take a file of the organiser: kept byte by byte, known by its digest, and checked by the worker if nobody does it sooner."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.membership.models import Feed, FeedChunk
from sonae.domain.calendar import japan_date

CHUNK_BYTES = 1 << 20
LIVING = (Feed.State.RECEIVED, Feed.State.CHECKED, Feed.State.HELD, Feed.State.APPLIED)
# A list rules out every older one, so a slip of the year would keep all lists out until then.
DAYS_AHEAD = {Feed.Form.LIST: 62, Feed.Form.CHANGES: 366}
DAYS_BACK = 3_660


class FeedTooLarge(Exception):
    """The file has more bytes than ``limit``; nothing of it is kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the file is larger than {limit} bytes")
        self.limit = limit


class DayOutOfReach(Exception):
    """The day lies further back or ahead than any real file; ``earliest`` and ``latest`` are the bounds."""

    def __init__(self, earliest: date, latest: date) -> None:
        super().__init__(f"the day must lie between {earliest} and {latest}")
        self.earliest, self.latest = earliest, latest


def receive_feed(
    *, file: BinaryIO, file_name: str, form: str, effective_date: date, channel: str, actor: str, now: datetime
) -> Feed:
    """The feed of this file in state RECEIVED; or, where the same bytes came before with the same form and day and are neither
    refused nor withdrawn, that feed as it stands: the same file twice changes nothing.

    ``form`` and ``channel`` are values of ``Feed.Form`` and ``Feed.Channel``. The file is read once from where it stands and
    never held whole. Raises ``FeedTooLarge`` or ``DayOutOfReach``; then nothing is kept.
    """
    _check_day(Feed.Form(form), effective_date, now=now)
    digest = hashlib.sha256()
    same = {"form": form, "effective_date": effective_date}
    try:
        with transaction.atomic():
            # Its place among the living is taken when the digest is known; until then no other transaction sees it.
            feed = Feed.objects.create(
                **same, digest="", size=0, file_name=_plain(file_name), channel=Feed.Channel(channel),
                state=Feed.State.WITHDRAWN, received_at=now, received_by=actor,
            )  # fmt: skip
            feed.size = _keep(feed, file, digest)
            feed.digest, feed.state = digest.hexdigest(), Feed.State.RECEIVED
            feed.save(update_fields=["size", "digest", "state"])
            record(now=now, actor=actor, action="feed.received", object_kind="feed", object_id=feed.pk,
                   digest=feed.digest, size=feed.size, form=form, channel=channel)  # fmt: skip
            later("sonae.check_feed", feed_id=feed.pk)
            reached("feed.written_down")
    except IntegrityError:  # the digest is there already, and living
        return Feed.objects.get(**same, digest=digest.hexdigest(), state__in=LIVING)
    reached("feed.received")
    return feed


def _check_day(form: Feed.Form, day: date, *, now: datetime) -> None:
    today = japan_date(now)
    earliest, latest = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD[form])
    if not earliest <= day <= latest:
        raise DayOutOfReach(earliest, latest)


def _keep(feed: Feed, file: BinaryIO, digest: hashlib._Hash) -> int:
    size = 0
    for seq, piece in zip(count(), _pieces(file), strict=False):
        size += len(piece)
        if size > settings.SONAE_FEED_LIMIT_BYTES:
            raise FeedTooLarge(settings.SONAE_FEED_LIMIT_BYTES)
        digest.update(piece)
        FeedChunk.objects.create(feed=feed, seq=seq, data=piece)
        reached("feed.chunk_kept")
    return size


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(CHUNK_BYTES):
        yield piece


def _plain(file_name: str) -> str:
    """The last part of the name, without signs that no screen shows, no longer than its column."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:200]
