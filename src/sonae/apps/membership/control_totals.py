"""Counted apart from the work itself: who is a member on a day, and who of them has free cover on it?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.db import connection

from sonae.apps.parties.standing import known_on

EXAMPLES = 20
LISTED = known_on("kind <> 'left' AS is_member", day="day")
COUNT = """
WITH listed AS ({listed}), held AS (
    SELECT member_id FROM certificates_certificate AS certificate
    JOIN programmes_schemeyear AS year ON year.id = certificate.scheme_year_id
    WHERE year.start_on <= %(day)s AND %(day)s < year.expiry_on AND section = 'free' AND cover @> %(day)s::date
), both_sides AS (
    SELECT coalesce(listed.member_id, held.member_id) AS member_id, coalesce(listed.is_member, false) AS is_member,
        held.member_id IS NOT NULL AS is_covered
    FROM listed FULL JOIN held ON held.member_id = listed.member_id
)
SELECT count(*) FILTER (WHERE is_member), count(*) FILTER (WHERE is_member AND is_covered),
    count(*) FILTER (WHERE NOT is_member AND is_covered),
    coalesce((array_agg(member_id) FILTER (WHERE is_member <> is_covered))[1:%(examples)s], '{{}}')
FROM both_sides
"""


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """One snapshot of one day. ``apart`` names some of the members that are on one side only."""

    members: int
    covered: int
    covered_after_leaving: int  # in the time that the product gives those who left
    apart: tuple[int, ...]

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "apart": list(self.apart)}


def count_cover(day: date) -> ControlTotals:
    """Members of the day and those of them with free cover, in one statement and so at one moment."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(listed=LISTED), {"day": day, "examples": EXAMPLES})
        members, covered, covered_after_leaving, apart = cursor.fetchone()
    return ControlTotals(members, covered, covered_after_leaving, tuple(apart))
