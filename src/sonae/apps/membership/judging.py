"""Whether a staged feed may be applied, as things stand now: asked when it is checked, and again where facts came since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Max

from sonae.apps.audit.record import record
from sonae.apps.membership.dry_run import OLDER_THAN_APPLIED
from sonae.apps.membership.make_dry_run import Staged, make_dry_run, newest_fact
from sonae.apps.membership.models import Feed
from sonae.apps.membership.staging import set_settled_aside
from sonae.domain.membership_feed.layout import Brake

RULED = ["state", "refusal", "dry_run", "checked_at", "released_at", "released_by", "release_reason"]


def judge(feed: Feed, *, staged: Staged, brake: Brake, actor: str, now: datetime) -> Feed:
    """The feed, saved as CHECKED with its dry run, HELD, or REFUSED as older than an applied list. Wants ``lock_recording``.

    A release holds as long as the brake says exactly what the second person saw.
    """
    newest = newest_list()
    if newest is not None and feed.form == Feed.Form.LIST and feed.effective_date < newest:
        return refuse(feed, OLDER_THAN_APPLIED, {"newest": newest.isoformat()}, actor=actor, now=now)
    if newest is not None and feed.form == Feed.Form.CHANGES:
        set_settled_aside(feed, newest=newest)
    seen = (feed.dry_run or {}).get("brake") if feed.released_at else None
    dry_run = make_dry_run(feed, staged=staged, brake=brake, newest_list=newest)
    held = bool(dry_run["brake"]) and dry_run["brake"] != seen
    if held:
        feed.released_at, feed.released_by, feed.release_reason = None, "", ""
    feed.dry_run = dict(dry_run)
    feed.checked_at, feed.state = now, Feed.State.HELD if held else Feed.State.CHECKED
    feed.save(update_fields=RULED)
    record(now=now, actor=actor, action=f"feed.{feed.state}", object_kind="feed", object_id=feed.pk,
           facts=dry_run["facts"], set_aside=dry_run["set_aside_rows"])  # fmt: skip
    return feed


def is_current(feed: Feed) -> bool:
    """Whether nothing was recorded and no list applied since the dry run. Wants ``lock_recording``."""
    dry_run, newest = feed.dry_run or {}, newest_list()
    return dry_run.get("known_to") == newest_fact() and dry_run.get("newest_list") == (newest and newest.isoformat())


def newest_list() -> date | None:
    """The day of the newest list that was applied."""
    applied = Feed.objects.filter(form=Feed.Form.LIST, state=Feed.State.APPLIED)
    day: date | None = applied.aggregate(newest=Max("effective_date"))["newest"]
    return day


def refuse(feed: Feed, code: str, details: Mapping[str, str | int], *, actor: str, now: datetime) -> Feed:
    """The feed, saved as REFUSED with the reason."""
    feed.refusal = {"code": code, "details": dict(details)}
    feed.checked_at, feed.state = now, Feed.State.REFUSED
    feed.save(update_fields=RULED)
    record(now=now, actor=actor, action="feed.refused", object_kind="feed", object_id=feed.pk, code=code)
    return feed
