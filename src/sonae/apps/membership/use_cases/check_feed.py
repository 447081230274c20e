"""The dry run: read the file, set bad rows aside, and say what applying it would change. Nothing of a member is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from sonae.apps.audit.milestones import reached
from sonae.apps.membership.judging import judge, refuse
from sonae.apps.membership.layout import feed_layout
from sonae.apps.membership.locks import lock_feed, lock_recording
from sonae.apps.membership.make_dry_run import Staged
from sonae.apps.membership.models import Feed
from sonae.apps.membership.planning import plan_for_many_rows
from sonae.apps.membership.staging import KeptFile, settle_list, stage_rows
from sonae.domain.membership_feed.layout import FIELDS_OF, FeedLayout, Form
from sonae.domain.membership_feed.reading import OpenWorkbook, read_feed
from sonae.domain.membership_feed.refusals import FeedRefused

CHECKER = "system:feed"


@transaction.atomic
def check_feed(*, feed_id: int, now: datetime) -> Feed:
    """The feed with its dry run (``dry_run.py`` says what stands in it): CHECKED when it may be applied, HELD when the brake
    holds it, REFUSED with ``refusal`` when the file isn't what it says or is older than an applied list.

    One transaction: a process that dies leaves the feed RECEIVED, and the next call does all of it. One that was checked
    before is returned as it stands. Raises ``Feed.DoesNotExist`` and ``NothingPublished``.
    """
    feed = lock_feed(feed_id)
    if feed.state != Feed.State.RECEIVED:
        return feed
    plan_for_many_rows()
    layout = feed_layout(on=feed.effective_date)
    try:
        with transaction.atomic():
            staged = _stage(feed, layout)
    except FeedRefused as refused:
        return refuse(feed, refused.code, refused.details, actor=CHECKER, now=now)
    reached("feed.staged")
    lock_recording()
    judge(feed, staged=staged, brake=layout.brake, actor=CHECKER, now=now)
    reached("feed.judged")
    return feed


def _stage(feed: Feed, layout: FeedLayout) -> Staged:
    form: Form = "list" if feed.form == Feed.Form.LIST else "changes"
    reading = read_feed(
        KeptFile(feed), layout=layout, form=form, effective_date=feed.effective_date, open_workbook=_open_workbook
    )
    stage_rows(feed, reading)
    repeated = settle_list(feed) if form == "list" else 0
    absent = tuple(field for field in FIELDS_OF["list"] if field not in reading.headings)
    return Staged(absent=absent, repeated_rows=repeated)


def _open_workbook(chunks: Iterable[bytes]) -> Iterator[tuple[int, list[str]]]:
    """By the reader of Excel workbooks that the settings name; loaded for workbooks alone."""
    reader: OpenWorkbook = import_string(settings.SONAE_WORKBOOK_READER)
    return reader(chunks)
