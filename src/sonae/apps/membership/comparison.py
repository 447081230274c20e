"""The staged rows of a feed beside what is known of the members, in SQL: one statement for all rows, however many there are.

``domain/membership_facts.py`` is the same rule for one member; tests hold the two together. Each statement begins with rows named
``compared``: one for each staged row, and in a list one for each member who isn't on it, with the state before and after, the
reason, and in ``kind`` the fact to be recorded, if any.
"""

from __future__ import annotations

from collections.abc import Collection

from sonae.apps.membership.models import Feed
from sonae.apps.parties.standing import known_on

STANDING = ("member_class", "name", "name_kana", "email", "telephone")
OPTIONAL = ("name_kana", "email", "telephone")

KNOWN = known_on(", ".join(("kind", *STANDING)), day="day")

# A list is compared with all members at once. Staging has left one row of each number.
LIST_COMPARED = """
    WITH known AS ({known}),
    listed AS (SELECT * FROM membership_feedrow WHERE feed_id = %(feed)s),
    members AS (
        SELECT number, kind, member_class, name, name_kana, email, telephone
        FROM known JOIN parties_member ON parties_member.id = known.member_id
    ),
    paired AS (
        SELECT number, %(day)s::date AS day, was.kind AS kind_before, now.act,
            was.member_class AS class_before, was.name AS name_before, was.name_kana AS kana_before,
            was.email AS email_before, was.telephone AS telephone_before, {values}
        FROM listed AS now FULL JOIN members AS was USING (number)
    ),
    judged AS (
        SELECT *, CASE
            WHEN kind_before IS NULL OR kind_before = 'left' THEN CASE
                WHEN act IS NULL OR act = 'kept' THEN NULL WHEN kind_before IS NULL THEN 'joined' ELSE 'rejoined' END
            WHEN act IS NULL THEN 'left'
            WHEN act = 'kept' THEN 'kept'
            WHEN {differs} THEN 'changed'
            ELSE 'unchanged' END AS reason
        FROM paired
    ),
    compared AS (
        SELECT number, day, reason, {columns},
            CASE reason WHEN 'rejoined' THEN 'joined' WHEN 'kept' THEN NULL WHEN 'unchanged' THEN NULL ELSE reason END AS kind
        FROM judged WHERE reason IS NOT NULL
    )
"""

# Changes are compared member by member: the facts of those who are named and the new rows make one line of time, in which each
# row stands behind what it would be recorded after.
STATED = """
    WITH stated AS MATERIALIZED (
        SELECT DISTINCT ON (number, effective_date) row.number, row.act, row.effective_date AS day, member.id AS member_id,
            row.member_class, row.name, {values}
        FROM membership_feedrow AS row LEFT JOIN parties_member AS member USING (number)
        LEFT JOIN LATERAL (
            SELECT fact.name_kana, fact.email, fact.telephone FROM parties_membershipfact AS fact
            WHERE fact.member_id = member.id AND fact.effective_date <= row.effective_date
            ORDER BY fact.effective_date DESC, fact.recorded_at DESC, fact.id DESC LIMIT 1
        ) AS was ON {needs_known}
        WHERE row.feed_id = %(feed)s AND row.act <> 'kept'
        ORDER BY number, effective_date, line DESC
    ),
    story AS (
        SELECT number, effective_date AS day, FALSE AS is_new, recorded_at, fact.id, kind, fact.member_class, fact.name,
            fact.name_kana, fact.email, fact.telephone
        FROM (SELECT DISTINCT number, member_id FROM stated WHERE member_id IS NOT NULL) AS named
        JOIN parties_membershipfact AS fact USING (member_id)
        UNION ALL
        SELECT number, day, TRUE, NULL, NULL, act, member_class, name, name_kana, email, telephone FROM stated
    )
"""
CHANGES_COMPARED = """
    {stated},
    seen AS (
        SELECT number, day, is_new, kind AS act, member_class, name, name_kana, email, telephone,
            lag(kind) OVER earlier AS kind_before, lag(day) OVER earlier AS day_before,
            lag(member_class) OVER earlier AS class_before, lag(name) OVER earlier AS name_before,
            lag(name_kana) OVER earlier AS kana_before, lag(email) OVER earlier AS email_before,
            lag(telephone) OVER earlier AS telephone_before
        FROM story WINDOW earlier AS (PARTITION BY number ORDER BY day, is_new, recorded_at, id)
    ),
    judged AS (
        SELECT *, CASE
            WHEN act = 'left' THEN CASE WHEN kind_before <> 'left' THEN 'left' ELSE 'unchanged' END
            WHEN kind_before IS NULL THEN 'joined'
            WHEN kind_before = 'left' THEN 'rejoined'
            WHEN {differs} THEN 'changed'
            ELSE 'unchanged' END AS reason
        FROM seen WHERE is_new
    ),
    compared AS (
        SELECT number, day, reason, {columns},
            CASE WHEN day_before = day AND kind_before = act AND (act = 'left' OR NOT ({differs})) THEN NULL ELSE act END AS kind
        FROM judged
    )
"""

DIFFERS = """(member_class, name, name_kana, email, telephone)
    IS DISTINCT FROM (class_before, name_before, kana_before, email_before, telephone_before)"""
SHOWN = """
    coalesce(name_before, '') AS name_before, coalesce(nullif(name, ''), name_before, '') AS name_after,
    CASE WHEN kind_before <> 'left' THEN class_before END AS class_before,
    CASE WHEN reason = 'kept' THEN class_before WHEN act <> 'left' THEN member_class END AS class_after,
    reason = 'changed' AND member_class <> class_before AS class_moved,
    reason = 'changed' AND (name, name_kana) <> (name_before, kana_before) AS name_moved,
    reason = 'changed' AND (email, telephone) <> (email_before, telephone_before) AS contact_moved
"""
# What a fact says. Who leaves keeps beside it what was known of them, for people to read.
RECORDED = ", ".join(
    f"CASE WHEN coalesce(act, 'left') = 'left' THEN coalesce({before}, {field}) ELSE {field} END AS said_{field}"
    for field, before in zip(
        STANDING, ("class_before", "name_before", "kana_before", "email_before", "telephone_before"), strict=True
    )
)


def compared(feed: Feed, *, absent: Collection[str], columns: str) -> str:
    """How each statement begins. ``absent`` are fields that the file has no column for: what is known of them stays.
    ``columns`` are ``SHOWN`` or ``RECORDED``: a million rows are carried along with what is asked of them alone.
    """
    if feed.form == Feed.Form.LIST:
        values = _values("now", STANDING, absent)
        return LIST_COMPARED.format(known=KNOWN, values=values, differs=DIFFERS, columns=columns)
    return CHANGES_COMPARED.format(stated=stated(absent=absent), differs=DIFFERS, columns=columns)


def stated(*, absent: Collection[str]) -> str:
    """How a statement begins that asks only for ``story``: what is known of those who are named, and what is new."""
    return STATED.format(values=_values("row", OPTIONAL, absent), needs_known="TRUE" if absent else "FALSE")


def _values(row: str, fields: Collection[str], absent: Collection[str]) -> str:
    return ", ".join(
        f"coalesce(was.{field}, '') AS {field}" if field in absent else f"{row}.{field}" for field in fields
    )
