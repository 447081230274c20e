"""What applying a staged feed would change, counted by the database in a fixed number of statements."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypedDict

from django.db import connection
from django.db.models import Count, Max

from sonae.apps.membership.dry_run import (
    REASONS,
    BrakeReason,
    ClassMove,
    Control,
    DryRun,
    Example,
    Reason,
    Totals,
)
from sonae.apps.membership.models import Feed, FeedRow, SetAsideRow
from sonae.apps.membership.statements import members_by_class_on_day, moves_on_day, summary
from sonae.apps.parties.models import MembershipFact
from sonae.domain.membership_facts import TooManyEnd, brake_reasons
from sonae.domain.membership_feed.layout import Brake

MOVES: Final[tuple[tuple[Reason, str], ...]] = (
    ("class_changed", "class_moved"), ("name_changed", "name_moved"), ("contact_changed", "contact_moved"),
)  # fmt: skip
ClassMoves = list[tuple[str | None, str | None, int]]  # class before, class after (None: no member), how many


@dataclass(frozen=True, slots=True)
class Staged:
    """What was found out while the file was read, and doesn't stand in the staged rows."""

    absent: tuple[str, ...]  # fields that the file has no column for
    repeated_rows: int  # good rows of a list that only repeated another


class Group(TypedDict):
    """Rows that change the same things in the same way."""

    reason: str
    class_moved: bool
    name_moved: bool
    contact_moved: bool
    class_before: str | None
    class_after: str | None
    rows: int
    facts: int


@dataclass(slots=True)
class Summary:
    """What the one large statement answers."""

    groups: list[Group]
    examples: dict[Reason, list[Example]]
    ended: int = 0  # members


def make_dry_run(feed: Feed, *, staged: Staged, brake: Brake, newest_list: date | None) -> DryRun:
    """Compare the staged rows with what is known now, under ``lock_recording``."""
    known_to = newest_fact()
    good_rows, day = _staged_rows(feed)
    set_aside = dict(
        SetAsideRow.objects.filter(feed=feed).values_list("reason").annotate(Count("id")).order_by("reason")
    )
    found = _summarise(feed, staged=staged)
    control = _control(feed, day=day, found=found, staged=staged)
    compared_rows = sum(group["rows"] for group in found.groups)
    later_lines = good_rows - compared_rows if feed.form == Feed.Form.CHANGES else 0
    return {
        "day": day.isoformat(),
        "good_rows": good_rows + staged.repeated_rows,
        "set_aside_rows": sum(set_aside.values()),
        "overtaken_rows": staged.repeated_rows + later_lines,
        "counts": _count(found.groups),
        "class_moves": _class_moves(found.groups),
        "examples": found.examples,
        "set_aside": set_aside,
        "totals": control,
        "brake": _brake(control, ended=found.ended, limits=brake),
        "facts": sum(group["facts"] for group in found.groups),
        "known_to": known_to,
        "newest_list": newest_list.isoformat() if newest_list else None,
        "absent": list(staged.absent),
    }


def newest_fact() -> int:
    """The fact recorded last; 0 when there is none."""
    return MembershipFact.objects.aggregate(newest=Max("id"))["newest"] or 0


def members_by_class(*, on: date) -> dict[str, int]:
    """How many members there are on that day as it is known now."""
    with connection.cursor() as cursor:
        cursor.execute(members_by_class_on_day(), {"day": on})
        return dict(sorted(cursor.fetchall()))


def _staged_rows(feed: Feed) -> tuple[int, date]:
    rows = FeedRow.objects.filter(feed=feed).exclude(act=FeedRow.Act.KEPT)
    found = rows.aggregate(good=Count("id"), latest=Max("effective_date"))
    return found["good"], max(found["latest"] or feed.effective_date, feed.effective_date)


def _summarise(feed: Feed, *, staged: Staged) -> Summary:
    found = Summary(groups=[], examples={reason: [] for reason in REASONS})
    with connection.cursor() as cursor:
        cursor.execute(summary(feed, absent=staged.absent), {"feed": feed.pk, "day": feed.effective_date})
        for what, content in cursor.fetchall():
            answer = json.loads(content) if isinstance(content, str) else content
            if what == "group":
                found.groups.append(answer)
            elif what == "ended":
                found.ended = answer
            else:
                found.examples[what].append(answer)
    return found


def _control(feed: Feed, *, day: date, found: Summary, staged: Staged) -> Control:
    if feed.form == Feed.Form.LIST:  # it has compared everybody
        moves: ClassMoves = [(group["class_before"], group["class_after"], group["rows"]) for group in found.groups]
        before = _by_class((was, number) for was, _, number in moves)
    else:
        with connection.cursor() as cursor:
            cursor.execute(moves_on_day(absent=staged.absent), {"feed": feed.pk, "day": day})
            moves = cursor.fetchall()
        before = Counter(members_by_class(on=day))
    coming = _by_class((to, number) for _, to, number in moves)
    going = _by_class((was, number) for was, _, number in moves)
    after = Counter(before)
    after.update(coming)
    after.subtract(going)
    return {
        "before": _totals(before),
        "joined": sum(number for was, to, number in moves if was is None and to is not None),
        "left": sum(number for was, to, number in moves if was is not None and to is None),
        "after": _totals(after),
    }


def _by_class(members: Iterable[tuple[str | None, int]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for member_class, number in members:
        if member_class is not None:
            counted[member_class] += number
    return counted


def _totals(by_class: Counter[str]) -> Totals:
    there = {member_class: number for member_class, number in sorted(by_class.items()) if number}
    return {"members": sum(there.values()), "by_class": there}


def _count(groups: Sequence[Group]) -> dict[Reason, int]:
    counts: dict[Reason, int] = dict.fromkeys(REASONS, 0)
    for group in groups:
        for reason in REASONS:
            if group["reason"] == reason:
                counts[reason] += group["rows"]
        for reason, moved in MOVES:
            if group[moved]:  # type: ignore[literal-required]  # one of three names
                counts[reason] += group["rows"]
    return counts


def _class_moves(groups: Sequence[Group]) -> list[ClassMove]:
    moved: Counter[tuple[str, str]] = Counter()
    for group in groups:
        if group["class_moved"]:
            moved[group["class_before"] or "", group["class_after"] or ""] += group["rows"]
    return [{"before": before, "after": after, "count": count} for (before, after), count in sorted(moved.items())]


def _brake(control: Control, *, ended: int, limits: Brake) -> list[BrakeReason]:
    before, after = control["before"]["by_class"], control["after"]["by_class"]
    held: list[BrakeReason] = []
    for reason in brake_reasons(before, after, ended=ended, limits=limits):
        if isinstance(reason, TooManyEnd):
            held.append({"code": "ends_too_many", "limit": f"{limits.ended_permille / 10:g} %", "before": reason.before,
                         "after": reason.after, "ended": reason.ended})  # fmt: skip
        else:
            held.append({"code": "class_halved", "limit": f"{limits.class_halved_percent} %", "before": reason.before,
                         "after": reason.after, "member_class": reason.member_class})  # fmt: skip
    return held
