"""The staged rows of a feed beside what is known of the members, in SQL: one statement for all rows, however many there are.

``domain/membership.py`` is the same rule for one member; tests hold the two together. Each statement begins with rows named
``compared``: one for each staged row, and in a list one for each member who isn't on it, with the state before and after, the
reason, and in ``kind`` the fact to be recorded, if any.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from sonae.apps.membership.dry_run import EXAMPLES, REASONS, Reason
from sonae.apps.membership.models import Feed

STANDING = ("member_class", "name", "name_kana", "email", "telephone")
OPTIONAL = ("name_kana", "email", "telephone")

# Of each member the fact that wins on the day.
KNOWN = """
    SELECT DISTINCT ON (member_id) member_id, kind, member_class, name, name_kana, email, telephone
    FROM parties_membershipfact WHERE effective_date <= %(day)s
    ORDER BY member_id, effective_date DESC, recorded_at DESC, id DESC
"""
MEMBERS_BY_CLASS = f"SELECT member_class, count(*) FROM ({KNOWN}) AS known WHERE kind <> 'left' GROUP BY member_class"

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
    compared AS MATERIALIZED (
        SELECT number, day, reason, {shown},
            CASE reason WHEN 'rejoined' THEN 'joined' WHEN 'kept' THEN NULL WHEN 'unchanged' THEN NULL ELSE reason END AS kind,
            {recorded}
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
CHANGES_COMPARED = (
    STATED
    + """,
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
    compared AS MATERIALIZED (
        SELECT number, day, reason, {shown},
            CASE WHEN day_before = day AND kind_before = act AND (act = 'left' OR NOT ({differs})) THEN NULL ELSE act END AS kind,
            {recorded}
        FROM judged
    )
"""
)

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

# For each reason which rows it counts, and what to show of one before and after.
EXAMPLE_OF: dict[Reason, tuple[str, str, str]] = {
    "joined": ("reason = 'joined'", "''", "class_after"),
    "rejoined": ("reason = 'rejoined'", "''", "class_after"),
    "left": ("reason = 'left'", "class_before", "''"),
    "class_changed": ("class_moved", "class_before", "class_after"),
    "name_changed": ("name_moved", "name_before", "name_after"),
    "contact_changed": ("contact_moved", "''", "''"),
    "unchanged": ("FALSE", "''", "''"),
    "kept": ("reason = 'kept'", "class_before", "class_after"),
}
GROUPS = """
    SELECT 'group' AS what, to_json(counted) AS content FROM (
        SELECT reason, class_moved, name_moved, contact_moved, class_before, class_after, count(*) AS rows, count(kind) AS facts
        FROM compared GROUP BY reason, class_moved, name_moved, contact_moved, class_before, class_after) AS counted
    UNION ALL
    SELECT 'ended', to_json(count(DISTINCT number)) FROM compared WHERE reason = 'left'
"""
EXAMPLES_OF_REASON = """
    UNION ALL
    SELECT '{reason}', to_json(shown) FROM (
        SELECT number, name_after AS name, {before} AS before, {after} AS after, day AS on
        FROM compared WHERE {which} ORDER BY number, day LIMIT {most}) AS shown
"""
# Where those who are named in a file of changes stand on its latest day, before and after.
MOVES_ON_DAY = """
    SELECT class_before, class_after, count(*) FROM (
        SELECT
            (array_agg(CASE WHEN kind <> 'left' THEN member_class END ORDER BY day DESC, recorded_at DESC, id DESC)
                FILTER (WHERE NOT is_new))[1] AS class_before,
            (array_agg(CASE WHEN kind <> 'left' THEN member_class END
                ORDER BY day DESC, is_new DESC, recorded_at DESC, id DESC))[1] AS class_after
        FROM story WHERE day <= %(day)s GROUP BY number) AS ends
    GROUP BY class_before, class_after
"""
NEW_MEMBERS = """
    INSERT INTO parties_member (number, created_at)
    SELECT DISTINCT number, %(now)s::timestamptz FROM membership_feedrow AS row WHERE feed_id = %(feed)s AND act <> 'kept'
    AND NOT EXISTS (SELECT FROM parties_member AS known WHERE known.number = row.number)
    ORDER BY number
"""
NEW_FACTS = f"""
    INSERT INTO parties_membershipfact
        (member_id, kind, effective_date, recorded_at, source, {", ".join(STANDING)})
    SELECT member.id, kind, day, %(recorded_at)s, %(source)s, {", ".join(f"said_{field}" for field in STANDING)}
    FROM compared JOIN parties_member AS member USING (number) WHERE kind IS NOT NULL ORDER BY member.id
"""


def summary(feed: Feed, *, absent: Collection[str]) -> str:
    """The statement that counts the rows by what they change, with a few of each to show."""
    examples = (
        EXAMPLES_OF_REASON.format(reason=reason, which=which, before=before, after=after, most=EXAMPLES)
        for reason, (which, before, after) in EXAMPLE_OF.items()
    )
    return compared(feed, absent=absent) + GROUPS + "".join(examples)


def moves_on_day(*, absent: Collection[str]) -> str:
    """The statement that counts from which class to which those go who are named in a file of changes."""
    return _filled(STATED, row="row", fields=OPTIONAL, absent=absent) + MOVES_ON_DAY


def new_facts(feed: Feed, *, absent: Collection[str]) -> str:
    """The statement that records what the feed says."""
    return compared(feed, absent=absent) + NEW_FACTS


def compared(feed: Feed, *, absent: Collection[str]) -> str:
    """How each statement begins. ``absent`` are fields that the file has no column for: what is known of them stays."""
    if feed.form == Feed.Form.LIST:
        return _filled(LIST_COMPARED, row="now", fields=STANDING, absent=absent)
    return _filled(CHANGES_COMPARED, row="row", fields=OPTIONAL, absent=absent)


def _filled(template: str, *, row: str, fields: Collection[str], absent: Collection[str]) -> str:
    values = ", ".join(
        f"coalesce(was.{field}, '') AS {field}" if field in absent else f"{row}.{field}" for field in fields
    )
    return template.format(
        known=KNOWN, values=values, differs=DIFFERS, shown=SHOWN, recorded=RECORDED,
        needs_known="TRUE" if absent else "FALSE",
    )  # fmt: skip


def plan_for(feed: Feed) -> None:
    """Let the server plan the rest of this transaction for many rows.

    The serving account may not ANALYZE, so after a million new rows the planner knows of a few hundred, and would look each
    of them up. A list is compared with everybody, where looking up is never right.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        if feed.form == Feed.Form.LIST:
            cursor.execute("SET LOCAL enable_nestloop = off")
