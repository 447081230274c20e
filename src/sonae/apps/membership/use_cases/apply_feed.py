"""Make the facts of a checked feed known: what its dry run said, all of it or nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import cast

from django.db import connection, transaction
from django.db.models import Max

from sonae.apps.audit.later import later
from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.membership.dry_run import DryRun
from sonae.apps.membership.judging import is_current, judge
from sonae.apps.membership.layout import feed_layout
from sonae.apps.membership.locks import FeedStands, lock_feed, lock_recording
from sonae.apps.membership.make_dry_run import Staged, members_by_class
from sonae.apps.membership.models import Feed
from sonae.apps.membership.planning import plan_for_many_rows
from sonae.apps.membership.statements import NEW_MEMBERS, new_facts
from sonae.apps.parties.models import MembershipFact


class TotalsDisagree(Exception):
    """Members before, joined and left don't add up to members after; nothing was applied. A fault of ours, never of the file."""


@transaction.atomic
def apply_feed(*, feed_id: int, actor: str, now: datetime) -> Feed:
    """The feed, APPLIED; applying it again changes nothing. Where facts were recorded since the dry run, that is done again
    first: then the feed may come back HELD (the brake) or REFUSED (``older_than_applied``), with nothing applied.

    One transaction under a lock of the whole programme; the free cover follows by a job. Raises ``FeedStands`` when the feed
    is RECEIVED, HELD, REFUSED or WITHDRAWN, ``TotalsDisagree``, and ``Feed.DoesNotExist``.
    """
    feed = lock_feed(feed_id)
    if feed.state == Feed.State.APPLIED:
        return feed
    if feed.state != Feed.State.CHECKED:
        raise FeedStands(feed)
    lock_recording()
    plan_for_many_rows()
    if not is_current(feed):
        judge(feed, staged=_staged(feed), brake=feed_layout(on=feed.effective_date).brake, actor=actor, now=now)
        if feed.state != Feed.State.CHECKED:
            return feed
    reached("feed.current")
    _record_checked(feed, now=now)
    feed.state, feed.applied_at, feed.applied_by = Feed.State.APPLIED, now, actor
    feed.save(update_fields=["state", "applied_at", "applied_by"])
    _write_control_totals(feed, actor=actor, now=now)
    later("sonae.refresh_search")
    later("sonae.follow_feed", feed_id=feed.pk)
    reached("feed.written")
    return feed


def _staged(feed: Feed) -> Staged:
    """As the first check found it."""
    dry_run = _dry_run(feed)
    repeated = dry_run["overtaken_rows"] if feed.form == Feed.Form.LIST else 0
    return Staged(absent=tuple(dry_run["absent"]), repeated_rows=repeated)


def _dry_run(feed: Feed) -> DryRun:
    return cast(DryRun, feed.dry_run)  # as ``judge`` has written it


def _record_checked(feed: Feed, *, now: datetime) -> None:
    """Record the facts, and count the members before and after from the facts alone."""
    dry_run = _dry_run(feed)
    day = date.fromisoformat(dry_run["day"])
    before = members_by_class(on=day)
    recorded = _record_facts(feed, absent=dry_run["absent"], now=now)
    after = members_by_class(on=day)
    reached("feed.counted")
    _check_totals(dry_run, before=before, after=after, recorded=recorded)


def _check_totals(dry_run: DryRun, *, before: dict[str, int], after: dict[str, int], recorded: int) -> None:
    control = dry_run["totals"]
    if (before, after, recorded) != (control["before"]["by_class"], control["after"]["by_class"], dry_run["facts"]):
        raise TotalsDisagree(f"{before} → {after} by {recorded} facts; the dry run says {control}, {dry_run['facts']}")
    if sum(before.values()) + control["joined"] - control["left"] != sum(after.values()):
        raise TotalsDisagree(f"{before} → {after}, but {control['joined']} joined and {control['left']} left")


def _record_facts(feed: Feed, *, absent: list[str], now: datetime) -> int:
    moment = _after_all_recorded(now)
    with connection.cursor() as cursor:
        cursor.execute(NEW_MEMBERS, {"feed": feed.pk, "now": now})
        reached("feed.members_added")
        cursor.execute(
            new_facts(feed, absent=absent),
            {"feed": feed.pk, "day": feed.effective_date, "recorded_at": moment, "source": feed.source},
        )
        reached("feed.facts_added")
        return int(cursor.rowcount)


def _after_all_recorded(now: datetime) -> datetime:
    """Now, or if a clock was set back, just after what was recorded last: later recorded wins, and what was known stays known."""
    last: datetime | None = MembershipFact.objects.aggregate(last=Max("recorded_at"))["last"]
    return now if last is None or last < now else last + timedelta(microseconds=1)


def _write_control_totals(feed: Feed, *, actor: str, now: datetime) -> None:
    dry_run = _dry_run(feed)
    control = dry_run["totals"]
    record(
        now=now, actor=actor, action="feed.applied", object_kind="feed", object_id=feed.pk, on=dry_run["day"],
        before=control["before"]["members"], joined=control["joined"], left=control["left"],
        after=control["after"]["members"], facts=dry_run["facts"],
    )  # fmt: skip
