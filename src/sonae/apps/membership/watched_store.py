"""The same as the watched folder, for a store of objects: an object is complete from the moment it is there."""

from __future__ import annotations

import logging
import tempfile
from datetime import datetime

from django.conf import settings

from sonae.apps.membership.feed_store import FeedStore, ObjectChanged, ObjectTooLarge, StoredObject, StoreUnavailable
from sonae.apps.membership.file_names import NamedFile, read_name
from sonae.apps.membership.left_file import Found, Outcome, read_in, take_in, turned_away
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.receive_feed import DayOutOfReach, FeedTooLarge

OBJECTS_A_ROUND = 50

log = logging.getLogger("sonae.feeds")


def look_into(store: FeedStore, *, now: datetime) -> Found:
    """One round. A store that is away ends it; one object that fails keeps no other waiting. Raises ``StoreUnavailable``."""
    found = Found()
    listed = [(named, stored) for stored in store.list_objects() if (named := read_name(stored.name))]
    for named, stored in sorted(listed, key=lambda one: one[0].order)[:OBJECTS_A_ROUND]:
        try:
            found.count(_take(store, named, stored, now=now))
        except ObjectChanged:
            found.count(None)
        except StoreUnavailable:
            raise
        except Exception:  # whatever it is, it stands in the log, and the object is tried again with the next round
            log.exception("the object %s could not be taken", stored.name)
    return found


def _take(store: FeedStore, named: NamedFile, stored: StoredObject, *, now: datetime) -> Outcome:
    outcome = _read(store, named, stored, now=now)
    name = f"{outcome.place}/{outcome.name}"
    if outcome.reason:
        store.write_text(f"{name}.reason.txt", outcome.reason)
    store.move(stored, name)
    return outcome


def _read(store: FeedStore, named: NamedFile, stored: StoredObject, *, now: datetime) -> Outcome:
    limit = settings.SONAE_FEED_LIMIT_BYTES
    with tempfile.TemporaryFile() as file:
        try:
            store.fetch(stored, file, most=limit)
            file.seek(0)
            feed = take_in(file, named, channel=Feed.Channel.BUCKET, now=now)
        except ObjectTooLarge:
            return turned_away(FeedTooLarge(limit), named, now=now)
        except (FeedTooLarge, DayOutOfReach) as error:
            return turned_away(error, named, now=now)
    return read_in(feed, named, now=now)
