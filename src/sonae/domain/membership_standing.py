"""Where a member stands with the organiser's list on a day, and what that means for a paid cover (F21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from sonae.domain.calendar import application_deadline
from sonae.domain.membership import ToldOf, winning_by_day
from sonae.domain.period import add_months
from sonae.domain.product.definition import Calendar


class Standing(StrEnum):
    """On the day that was asked about."""

    MEMBER = "member"
    LEAVING = "leaving"  # still a member, and leaves on a day that is known
    LEFT = "left"
    TO_JOIN = "to_join"  # joins on a day that is known
    UNKNOWN = "unknown"  # the list has never named it


@dataclass(frozen=True, slots=True)
class ClassChange:
    """From one member class to another, on a day."""

    on: date
    from_class: str
    to_class: str


@dataclass(frozen=True, slots=True)
class MembershipStanding:
    """``since`` is the day from which the present state holds; ``left_before`` the day of an earlier leaving, after rejoining."""

    standing: Standing
    since: date | None = None
    leaves_on: date | None = None
    joins_on: date | None = None
    left_before: date | None = None
    class_change: ClassChange | None = None

    @property
    def is_member(self) -> bool:
        return self.standing in {Standing.MEMBER, Standing.LEAVING}


def standing_on(told: Iterable[ToldOf], day: date) -> MembershipStanding:
    """The standing of one member on ``day``, with what is known to come."""
    line = winning_by_day(told)
    past = [fact for fact in line if fact.effective_date <= day]
    coming = [fact for fact in line if fact.effective_date > day]
    joins_on = next((fact.effective_date for fact in coming if fact.particulars is not None), None)
    if not past:
        return MembershipStanding(Standing.TO_JOIN if joins_on else Standing.UNKNOWN, joins_on=joins_on)
    stretch = _present_stretch(past)
    since = stretch[0].effective_date
    if past[-1].particulars is None:
        return MembershipStanding(Standing.LEFT, since=since, joins_on=joins_on)
    leaves_on = next((fact.effective_date for fact in coming if fact.particulars is None), None)
    before = past[: len(past) - len(stretch)]
    return MembershipStanding(
        Standing.LEAVING if leaves_on else Standing.MEMBER,
        since=since,
        leaves_on=leaves_on,
        joins_on=joins_on if leaves_on and joins_on and joins_on > leaves_on else None,
        left_before=before[-1].effective_date if before else None,
        class_change=_class_change([*stretch, *coming], day),
    )


def _present_stretch(past: list[ToldOf]) -> list[ToldOf]:
    """The latest facts that say the same of being a member or not."""
    gone = past[-1].particulars is None
    start = len(past) - 1
    while start and (past[start - 1].particulars is None) == gone:
        start -= 1
    return past[start:]


def _class_change(line: list[ToldOf], day: date) -> ClassChange | None:
    """The next change of class that is known, or else the latest one of this membership."""
    changes = []
    for before, after in pairwise(line):
        if before.particulars is None or after.particulars is None:
            break
        if before.particulars.member_class != after.particulars.member_class:
            classes = before.particulars.member_class, after.particulars.member_class
            changes.append(ClassChange(after.effective_date, *classes))
    to_come = [change for change in changes if change.on > day]
    return to_come[0] if to_come else (changes[-1] if changes else None)


@dataclass(frozen=True, slots=True)
class RenewalOutlook:
    """Whether a paid cover can be renewed at its expiry, and by when a member that has left would have to be back."""

    expires_on: date
    may_renew: bool
    opens_on: date  # from when applications for the next scheme year are taken
    apply_by: date  # the last day to apply, as a member, so that there is no gap
    is_in_time: bool  # whether that day is still to come


def renewal_outlook(
    standing: MembershipStanding, *, expires_on: date, today: date, calendar: Calendar
) -> RenewalOutlook:
    """A cover that expires after the member has left is kept to its expiry and can't be renewed (F21).

    Renewal is an application for the next scheme year by its deadline (F16, F17), and only a member can apply.
    """
    deadline = application_deadline(calendar, expires_on)
    gone_on = standing.since if standing.standing is Standing.LEFT else standing.leaves_on
    back_on = standing.joins_on
    back_in_time = back_on is not None and back_on <= deadline
    stays = standing.is_member and (gone_on is None or gone_on > expires_on)
    may_renew = stays or back_in_time
    opens_on = application_deadline(calendar, add_months(expires_on, -1)) + timedelta(days=1)
    return RenewalOutlook(expires_on, may_renew, opens_on, deadline, today <= deadline)
