"""The one queue: what is open, for whom it is to be seen, by when it is due, who has it. Computed afresh each time.

Each question is one statement over the sources of the kinds that the viewer may see, so counts and rows can't disagree with the
tables, and take no more statements the more there is. docs/algorithms/queue.md says how due times come about in SQL.
"""

from __future__ import annotations

import json
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

Whose = Literal["all", "mine", "nobody"]
State = Literal["open", "overdue", "resting"]
Sort = Literal["due", "oldest", "newest"]
Place = tuple[datetime, datetime, str, str]  # due_at, since, kind, key: where a page ended

A_PAGE = 25
MOST_AT_ONCE = 200  # of one bulk act

# What came up before the days we know counts from the first of them; without a window everything is due at once.
DUE = """coalesce((%(closes)s::timestamptz[])[
    width_bucket({source}.since, %(closes)s::timestamptz[]) + 1 + {days}], {source}.since)"""
ONE_KIND = """
    SELECT '{kind}' AS kind, {source}.key, {source}.member_id, {source}.about, {source}.detail, {source}.since,
        {due} AS due_at, {sees} AS sees, {acts} AS acts
    FROM ({sql}) AS {source}
"""
WITH_NOTES = """
    SELECT item.*, note.assignee_id, note.assigned_at, note.rests_until, note.changed_at, note.changed_by,
        coalesce(note.rests_until > %(now)s, false) AS rests
    FROM ({items}) AS item LEFT JOIN work_worknote AS note ON note.kind = item.kind AND note.key = item.key
    WHERE item.sees = ANY(%(held)s)
"""
COUNTS = """
    SELECT kind, count(*) FILTER (WHERE NOT rests), count(*) FILTER (WHERE NOT rests AND due_at < %(now)s),
        count(*) FILTER (WHERE NOT rests AND assignee_id = %(viewer)s),
        count(*) FILTER (WHERE NOT rests AND assignee_id IS NULL), count(*) FILTER (WHERE rests),
        min(due_at) FILTER (WHERE NOT rests), count(*) FILTER (WHERE since > %(seen_at)s),
        count(*) FILTER (WHERE since <= %(seen_at)s AND changed_at > %(seen_at)s AND changed_by <> %(actor)s), count(*)
    FROM ({noted}) AS noted GROUP BY kind
"""
ROWS = """
    SELECT kind, key, member_id, about, detail::text, since, due_at, acts, assignee_id, assigned_at, rests_until
    FROM ({noted}) AS noted {rest}
"""
BETWEEN = " UNION ALL "
PAGE = "WHERE {wanted} ORDER BY {order} LIMIT %(most)s"
ORDERS: Mapping[Sort, tuple[str, str]] = {  # how it is sorted, and which comparison goes on from a place
    "due": ("due_at, since, kind, key", "(due_at, since, kind, key) > (%(due_at)s, %(since)s, %(kind)s, %(key)s)"),
    "oldest": ("since, kind, key", "(since, kind, key) > (%(since)s, %(kind)s, %(key)s)"),
    "newest": ("since DESC, kind DESC, key DESC", "(since, kind, key) < (%(since)s, %(kind)s, %(key)s)"),
}
NAMED = """
    (about ILIKE %(words)s OR EXISTS (SELECT 1 FROM jsonb_each_text(detail) AS said WHERE said.value ILIKE %(words)s) OR EXISTS (
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
        with connection.cursor() as cursor:
            cursor.execute(COUNTS.format(noted=self._noted(kinds)), values)
            counted = {WorkKind(kind): KindCount(WorkKind(kind), *rest) for kind, *rest in cursor.fetchall()}
        return [counted.get(kind, KindCount(kind)) for kind in kinds if kind in counted or kind not in OWN_RIGHTS]

    def page(self, chosen: Chosen, *, after: Place | None = None, most: int = A_PAGE) -> WorkPage:
        """The next ones of what is asked for, from behind a place on."""
        kinds = [kind for kind in self.viewer.kinds if chosen.kind in {None, kind}]
        wanted, values = _wanted(chosen)
        order, goes_on = ORDERS[chosen.sort]
        if after is not None:
            wanted.append(goes_on)
            values |= dict(zip(("due_at", "since", "kind", "key"), after, strict=True))
        rest = PAGE.format(wanted=" AND ".join(wanted), order=order)
        found = self._rows(kinds, rest, {**values, "most": most + 1})
        return WorkPage(tuple(found[:most]), len(found) > most)

    def find(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], WorkItem]:
        """The open ones of these, as far as the viewer may see them, by kind and key."""
        asked = [(kind, key) for kind, key in keys if kind in KIND_CODES]
        kinds = [kind for kind in self.viewer.kinds if kind in {one for one, _ in asked}]
        values = {"wanted_kinds": [kind for kind, _ in asked], "wanted_keys": [key for _, key in asked]}
        among = "WHERE (kind, key) IN (SELECT * FROM unnest(%(wanted_kinds)s::text[], %(wanted_keys)s::text[]))"
        return {(item.kind.value, item.key): item for item in self._rows(kinds, among, values)}

    def _rows(self, kinds: Sequence[WorkKind], rest: str, values: Mapping[str, Any]) -> list[WorkItem]:
        if not kinds:
            return []
        with connection.cursor() as cursor:
            cursor.execute(ROWS.format(noted=self._noted(kinds), rest=rest), {**self._values(kinds), **values})
            return [_item(*row) for row in cursor.fetchall()]

    def _noted(self, kinds: Sequence[WorkKind]) -> str:
        return WITH_NOTES.format(items=BETWEEN.join(self._one_kind(kind) for kind in kinds))

    def _one_kind(self, kind: WorkKind) -> str:
        rule, source = RULES[kind], f"of_{kind.value}"
        days = rule.working_days or 0
        if rule.product_days and self.contact is not None:
            days = self.contact.answer_working_days
        own = kind in OWN_RIGHTS
        return ONE_KIND.format(
            kind=kind.value,
            source=source,
            sql=SOURCES[kind],
            due=f"{source}.due_at" if kind in OWN_DUE else DUE.format(source=source, days=days),
            sees=f"{source}.sees" if own else f"'{rule.to_see.value}'",
            acts=f"{source}.acts" if own else f"'{rule.to_act.value}'",
        )

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
