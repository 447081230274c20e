"""Let one member's free cover follow what the organiser told us of it: for the desk, a sign-in, or a demo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.certificates.models import Certificate
from sonae.apps.membership.cover_years import find_free_cover_end, list_ruled_years
from sonae.apps.membership.issue_at_once import Among, issue_at_once, lock_members
from sonae.apps.membership.issue_by_rule import issue_by_rule
from sonae.apps.membership.tally import ACTOR, Tally
from sonae.domain.calendar import japan_date


@transaction.atomic
def follow_member(*, member_id: int, reason: str, now: datetime) -> Tally:
    """Bring the member's free certificates into line; ``reason`` stands in their transactions. Repeating it changes nothing."""
    tally = follow_members(ids=[member_id], reason=reason, now=now)
    if tally.acts:
        record(now=now, actor=ACTOR, action="free_cover.followed", object_kind="member", object_id=member_id,
               **tally.as_dict())  # fmt: skip
    return tally


def follow_members(*, ids: Sequence[int], reason: str, now: datetime) -> Tally:
    """The same for several, in the caller's transaction. Locks them in order of their ids; what is read is read under the lock."""
    lock_members(Among.these(ids))
    end, today = find_free_cover_end(), japan_date(now)
    years = list_ruled_years(today=today)
    held = set(
        Certificate.objects.filter(member_id__in=ids, section=Certificate.Section.FREE)
        .values_list("member_id", flat=True)
        .distinct()
    )
    rest, tally = set(held), Tally()
    new = [member_id for member_id in ids if member_id not in held]
    for year in years:
        if new and year.cover.may_issue:
            found, others = issue_at_once(Among.these(new), year=year, end=end, reason=reason, now=now)
            tally += Tally(issued=found.issued)
            rest.update(others)
    return tally + issue_by_rule(sorted(rest), years=years, end=end, control_day=today, reason=reason, now=now)
