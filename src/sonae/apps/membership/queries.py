"""Which feeds came, what do they say, and which of their rows were set aside?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sonae.apps.membership.make_dry_run import members_by_class, newest_fact
from sonae.apps.membership.models import Feed, FreeCoverRun, SetAsideRow
from sonae.apps.parties.models import MemberAccess, User

KEPT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class SetAsidePage:
    """Some rows that were set aside, in the order of their lines, and how many there are in all."""

    rows: tuple[SetAsideRow, ...]
    total: int
    page: int  # from 1
    pages: int


def list_feeds(*, states: Collection[str] = (), most: int = 100) -> list[Feed]:
    """The feeds that came last, the newest first; of these states alone, if any are named."""
    feeds: QuerySet[Feed] = Feed.objects.order_by("-received_at", "-id")
    return list((feeds.filter(state__in=states) if states else feeds)[:most])


def count_beside(*, user: User, states: Collection[str]) -> tuple[int, bool]:
    """How many feeds are in one of these states, and whether this person acts for a member; in one statement, for every page."""
    feeds = (
        Feed.objects.filter(state__in=states).order_by().values(one=Value(1)).annotate(count=Count("*")).values("count")
    )
    acts = MemberAccess.objects.filter(user=OuterRef("pk"))
    counted = User.objects.filter(pk=user.pk).values_list(Coalesce(Subquery(feeds), 0), Exists(acts))
    waiting, acts_for_a_member = counted.get()
    return int(waiting), bool(acts_for_a_member)


def count_members(*, on: date) -> dict[str, int]:
    """How many members of each class there are on that day. Kept until another fact is known, because a million are counted."""
    key = f"members-by-class:{on}:{newest_fact()}"
    kept: dict[str, int] | None = cache.get(key)
    if kept is None:
        kept = members_by_class(on=on)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def find_feed(*, feed_id: int) -> Feed | None:
    """The feed with all that is known of it; None if there is none."""
    return Feed.objects.filter(pk=feed_id).first()


def list_parked_runs() -> list[FreeCoverRun]:
    """The rounds of the free cover whose totals did not come out, the newest first."""
    parked = FreeCoverRun.objects.filter(state=FreeCoverRun.State.PARKED)
    return list(parked.select_related("scheme_year", "end").order_by("-finished_at", "-id"))


def find_run(*, run_id: int) -> FreeCoverRun | None:
    """The round of the free cover; None if there is none."""
    return FreeCoverRun.objects.filter(pk=run_id).first()


def list_set_aside(*, feed: Feed, page: int = 1, rows_a_page: int = 100) -> SetAsidePage:
    """One page of its rows that were set aside; a page that isn't there is the nearest one."""
    rows = SetAsideRow.objects.filter(feed=feed).order_by("line", "id")
    total = rows.count()
    pages = max(1, -(-total // rows_a_page))
    page = min(max(page, 1), pages)
    first = (page - 1) * rows_a_page
    return SetAsidePage(tuple(rows[first : first + rows_a_page]), total, page, pages)
