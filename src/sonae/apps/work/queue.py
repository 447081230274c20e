"""The one queue: what is open, for whom it is to be seen, by when it is due, who has it. Computed afresh each time.

Each question is one statement over the sources of the kinds that the viewer may see, so counts and rows can't disagree with the
tables, and take no more statements the more there is. docs/algorithms/queue.md says how due times come about in SQL.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from django.db import connection

from sonae.apps.work.sources import OWN_DUE, OWN_RIGHTS, SOURCES, payouts_and_months, second_looks
from sonae.apps.work.window import closes_around
from sonae.domain.calendar import japan_date
from sonae.domain.product.definition import Contact
from sonae.domain.staff_rights import SEEING, Right
from sonae.domain.work import KIND_CODES, RULES, WorkKind
from sonae.domain.work_clock import due_after

Whose = Literal["all", "mine", "nobody"]
State = Literal["open", "overdue", "resting"]
Sort = Literal["due", "oldest", "newest"]
Place = tuple[datetime, datetime, str, str]  # due_at, since, kind, key: where a page ended

A_PAGE = 25
MOST_AT_ONCE = 200  # of one bulk act

# What came up before the days we know counts from the first of them; without a window everything is due at once.
DUE = """coalesce((%(closes)s::timestamptz[])[
    width_bucket(item.since, %(closes)s::timestamptz[]) + 1 + {days}], item.since)"""
# Of one kind, with what is noted of each. Whoever asks for the first of it in order finds them by an index, without the rest.
OF_ONE_KIND = """
    SELECT '{kind}' AS kind, item.key, item.member_id, item.about, item.said, item.detail, item.since, {due} AS due_at,
        {acts} AS acts, note.assignee_id, note.assigned_at, note.rests_until, note.changed_at, note.changed_by,
        coalesce(note.rests_until > %(now)s, false) AS rests
    FROM ({sql}) AS item LEFT JOIN work_worknote AS note ON note.kind = '{kind}' AND note.key = item.key
    WHERE {sees} = ANY(%(held)s)
"""
COUNT = """
    SELECT '{kind}', count(*) FILTER (WHERE NOT rests), count(*) FILTER (WHERE NOT rests AND {overdue}),
        count(*) FILTER (WHERE NOT rests AND assignee_id = %(viewer)s),
        count(*) FILTER (WHERE NOT rests AND assignee_id IS NULL), count(*) FILTER (WHERE rests),
        min({least}) FILTER (WHERE NOT rests), count(*) FILTER (WHERE since > %(seen_at)s),
        count(*) FILTER (WHERE since <= %(seen_at)s AND changed_at > %(seen_at)s AND changed_by <> %(actor)s), count(*)
    FROM ({one_kind}) AS noted
"""
FIRST = """(SELECT kind, key, member_id, about, detail::text, since, due_at, acts, assignee_id, assigned_at, rests_until
    FROM ({one_kind}) AS noted WHERE {wanted} ORDER BY {order} LIMIT %(most)s)"""
BETWEEN = " UNION ALL "
PAGE = "SELECT * FROM ({firsts}) AS firsts ORDER BY {order} LIMIT %(most)s"
# How a page is sorted; how one kind alone is, which comes to the same, as a later ``since`` is never due earlier; and what goes on
# from a place.
ORDERS: Mapping[Sort, tuple[str, str, str]] = {
    "due": (
        "due_at, since, kind, key",
        "since, key",
        "(due_at, since, kind, key) > (%(due_at)s, %(since)s, %(kind)s, %(key)s)",
    ),
    "oldest": ("since, kind, key", "since, key", "(since, kind, key) > (%(since)s, %(kind)s, %(key)s)"),
    "newest": (
        "since DESC, kind DESC, key DESC",
        "since DESC, key DESC",
        "(since, kind, key) < (%(since)s, %(kind)s, %(key)s)",
    ),
}
NAMED = """
    (about ILIKE %(words)s OR said ILIKE %(words)s OR EXISTS (
        SELECT 1 FROM parties_member AS member WHERE member.id = member_id AND (member.number LIKE %(start)s OR EXISTS (
            SELECT 1 FROM parties_membershipfact AS fact WHERE fact.member_id = member.id
                AND (fact.name ILIKE %(words)s OR fact.name_kana LIKE %(kana)s)))))
"""
TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. ``organisation_id`` is None for an auditor, who sees what every organisation sees."""

    user_id: int
    rights: frozenset[Right]
    organisation_id: int | None

    @classmethod
    def of(cls, *, user_id: int, organisation_id: int | None, rights: frozenset[Right]) -> Viewer:
        return cls(user_id, rights, None if rights == SEEING else organisation_id)

    @property
    def kinds(self) -> tuple[WorkKind, ...]:
        """Those of which something could be shown."""
        return tuple(kind for kind, rule in RULES.items() if kind in OWN_RIGHTS or rule.to_see in self.rights)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the queue is asked for."""

    kind: WorkKind | None = None
    whose: Whose = "all"
    state: State = "open"
    sort: Sort = "due"
    words: str = ""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One open item. ``detail`` are facts of its kind for the page."""

    kind: WorkKind
    key: str
    member_id: int | None
    about: str
    detail: Mapping[str, Any]
    since: datetime
    due_at: datetime
    to_act: Right
    assignee_id: int | None
    assigned_at: datetime | None
    rests_until: datetime | None

    @property
    def place(self) -> Place:
        return self.due_at, self.since, self.kind.value, self.key


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Some of them in order, and whether there are more behind."""

    items: tuple[WorkItem, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many of one kind; ``open`` are those that don't rest, the next four are among them."""

    kind: WorkKind
    open: int = 0
    overdue: int = 0
    mine: int = 0
    nobodys: int = 0
    resting: int = 0
    next_due_at: datetime | None = None
    came: int = 0  # since the moment that was named, with what rests
    moved: int = 0  # given to somebody or laid to rest since then, by somebody else
    every: int = 0  # with what rests


@dataclass(frozen=True)
class Queue:
    """The queue as one person sees it at one moment."""

    viewer: Viewer
    contact: Contact | None
    now: datetime

    @cached_property
    def closes(self) -> Sequence[datetime]:
        """When the working days end by which due times are counted."""
        return closes_around(self.contact, self.now)

    def counts(self, *, seen_at: datetime | None = None) -> list[KindCount]:
        """Of every kind that the viewer may see, those of which nothing waits too. ``seen_at``: from when on something is new."""
        kinds = self.viewer.kinds
        values = {**self._values(kinds), "seen_at": seen_at or self.now, "actor": f"user:{self.viewer.user_id}"}
        counts = []
        for kind in kinds:
            own = kind in OWN_DUE
            values[f"late_{kind.value}"] = None if own else self._overdue_before(self._days(kind))
            overdue = "due_at < %(now)s" if own else f"since < %(late_{kind.value})s"
            counts.append(
                COUNT.format(
                    kind=kind.value,
                    overdue=overdue,
                    least="due_at" if own else "since",
                    one_kind=self._one_kind(kind),
                )
            )
        with connection.cursor() as cursor:
            cursor.execute(BETWEEN.join(counts), values)
            counted = [self._counted(*row) for row in cursor.fetchall()]
        return [one for one in counted if one.every or one.kind not in OWN_RIGHTS]

    def _counted(self, code: str, *counts: Any) -> KindCount:
        kind = WorkKind(code)
        unrested, overdue, mine, nobodys, resting, least, came, moved, every = counts
        due = least if least is None or kind in OWN_DUE else self._due(least, self._days(kind))
        return KindCount(kind, unrested, overdue, mine, nobodys, resting, due, came, moved, every)

    def page(self, chosen: Chosen, *, after: Place | None = None, most: int = A_PAGE) -> WorkPage:
        """The next ones of what is asked for, from behind a place on."""
        kinds = [kind for kind in self.viewer.kinds if chosen.kind in {None, kind}]
        wanted, values = _wanted(chosen)
        order, order_of_one, goes_on = ORDERS[chosen.sort]
        if after is not None:
            wanted.append(goes_on)
            values |= dict(zip(("due_at", "since", "kind", "key"), after, strict=True))
        firsts = []
        for kind in kinds:
            bounds = [] if after is None else [self._bound(kind, chosen.sort, after, values)]
            firsts.append(
                FIRST.format(one_kind=self._one_kind(kind), wanted=" AND ".join([*wanted, *bounds]), order=order_of_one)
            )
        statement = PAGE.format(firsts=BETWEEN.join(firsts), order=order)
        found = self._rows(kinds, statement, {**values, "most": most + 1})
        return WorkPage(tuple(found[:most]), len(found) > most)

    def find(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], WorkItem]:
        """The open ones of these, as far as the viewer may see them, by kind and key."""
        asked = [(kind, key) for kind, key in keys if kind in KIND_CODES]
        kinds = [kind for kind in self.viewer.kinds if kind in {one for one, _ in asked}]
        values = {f"keys_{kind.value}": [key for of, key in asked if of == kind] for kind in kinds}
        firsts = [
            FIRST.format(
                one_kind=self._one_kind(kind), wanted=f"key = ANY(%(keys_{kind.value})s::text[])", order="since, key"
            )
            for kind in kinds
        ]
        found = self._rows(kinds, BETWEEN.join(firsts), {**values, "most": len(asked)})
        return {(item.kind.value, item.key): item for item in found}

    def _rows(self, kinds: Sequence[WorkKind], statement: str, values: Mapping[str, Any]) -> list[WorkItem]:
        if not kinds:
            return []
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self._values(kinds), **values})
            return [_item(*row) for row in cursor.fetchall()]

    def _one_kind(self, kind: WorkKind) -> str:
        rule, own = RULES[kind], kind in OWN_RIGHTS
        return OF_ONE_KIND.format(
            kind=kind.value,
            sql=SOURCES[kind],
            due="item.due_at" if kind in OWN_DUE else DUE.format(days=self._days(kind)),
            sees="item.sees" if own else f"'{rule.to_see.value}'",
            acts="item.acts" if own else f"'{rule.to_act.value}'",
        )

    def _days(self, kind: WorkKind) -> int:
        """Working days of the kind: the product's, where it says."""
        if RULES[kind].product_days and self.contact is not None:
            return self.contact.answer_working_days
        return RULES[kind].working_days or 0

    def _due(self, since: datetime, days: int) -> datetime:
        """The same as in SQL."""
        return due_after(self.closes, since, days) or since

    def _overdue_before(self, days: int) -> datetime | None:
        """What came up before is overdue now; None where nothing can be."""
        if not self.closes:
            return self.now
        place = bisect_left(self.closes, self.now) - days - 1
        return self.closes[place] if place >= 0 else None

    def _bound(self, kind: WorkKind, sort: Sort, after: Place, values: dict[str, Any]) -> str:
        """What can be said of ``since`` alone, so that an index begins where the page does and not at the beginning."""
        due_at, _, of, _ = after
        if sort == "newest":
            return "since <= %(since)s"
        if sort == "oldest" or of == kind or not self.closes or kind in OWN_DUE:
            return "since >= %(since)s" if sort == "oldest" or of == kind else "true"
        place = bisect_left(self.closes, due_at) - self._days(kind) - 1
        if place < 0:
            return "true"
        values[f"from_{kind.value}"] = self.closes[place]
        return f"since >= %(from_{kind.value})s"

    def _values(self, kinds: Collection[WorkKind]) -> dict[str, Any]:
        return {
            "now": self.now,
            "today": japan_date(self.now),
            "closes": list(self.closes),
            "held": [right.value for right in self.viewer.rights],
            "viewer": self.viewer.user_id,
            "organisation": self.viewer.organisation_id,
            **second_looks.values_of(),
            **(self._judged if payouts_and_months.SOURCES.keys() & set(kinds) else {}),
        }

    @cached_property
    def _judged(self) -> dict[str, Any]:
        """What is asked of ``apps/reporting``, once for a page."""
        return payouts_and_months.values_of(now=self.now)


def _wanted(chosen: Chosen) -> tuple[list[str], dict[str, Any]]:
    wanted = ["rests" if chosen.state == "resting" else "NOT rests"]
    if chosen.state == "overdue":
        wanted.append("due_at < %(now)s")
    if chosen.whose == "mine":
        wanted.append("assignee_id = %(viewer)s")
    elif chosen.whose == "nobody":
        wanted.append("assignee_id IS NULL")
    if not chosen.words:
        return wanted, {}
    literal = chosen.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    within = {"words": f"%{literal}%", "start": f"{literal}%", "kana": f"%{literal.translate(TO_KATAKANA)}%"}
    return [*wanted, NAMED], within


def _item(kind: str, key: str, member_id: int | None, about: str, detail: Any, *rest: Any) -> WorkItem:
    since, due_at, acts, assignee_id, assigned_at, rests_until = rest
    return WorkItem(
        WorkKind(kind), key, member_id, about, json.loads(detail), since, due_at, Right(acts), assignee_id, assigned_at,
        rests_until,
    )  # fmt: skip
