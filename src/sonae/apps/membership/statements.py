"""What is asked of the comparison, and what is recorded of it: the statements of a dry run and of its application."""

from __future__ import annotations

from collections.abc import Collection

from sonae.apps.membership.comparison import KNOWN, RECORDED, SHOWN, STANDING, compared, stated
from sonae.apps.membership.dry_run import EXAMPLES, Reason
from sonae.apps.membership.models import Feed

MEMBERS_BY_CLASS = "SELECT member_class, count(*) FROM ({known}) AS known WHERE kind <> 'left' GROUP BY member_class"
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
NEW_FACTS = """
    INSERT INTO parties_membershipfact
        (member_id, kind, effective_date, recorded_at, source, {fields})
    SELECT member.id, kind, day, %(recorded_at)s, %(source)s, {said}
    FROM compared JOIN parties_member AS member USING (number) WHERE kind IS NOT NULL ORDER BY member.id
"""


def members_by_class_on_day() -> str:
    """The statement that counts the members as they are known now."""
    return MEMBERS_BY_CLASS.format(known=KNOWN)


def summary(feed: Feed, *, absent: Collection[str]) -> str:
    """The statement that counts the rows by what they change, with a few of each to show."""
    examples = (
        EXAMPLES_OF_REASON.format(reason=reason, which=which, before=before, after=after, most=EXAMPLES)
        for reason, (which, before, after) in EXAMPLE_OF.items()
    )
    return compared(feed, absent=absent, columns=SHOWN) + GROUPS + "".join(examples)


def moves_on_day(*, absent: Collection[str]) -> str:
    """The statement that counts from which class to which those go who are named in a file of changes."""
    return stated(absent=absent) + MOVES_ON_DAY


def new_facts(feed: Feed, *, absent: Collection[str]) -> str:
    """The statement that records what the feed says."""
    said = ", ".join(f"said_{field}" for field in STANDING)
    recorded = NEW_FACTS.format(fields=", ".join(STANDING), said=said)
    return compared(feed, absent=absent, columns=RECORDED) + recorded
