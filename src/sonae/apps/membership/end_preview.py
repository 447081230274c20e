"""What the organiser's end of the free cover would mean, counted before anything is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import connection

from sonae.apps.parties.standing import known_on
from sonae.domain.calendar import japan_date

LISTED = known_on("kind <> 'left' AS is_member, member_class, email", day="today")
COUNT = """
WITH listed AS ({listed}), ending AS (
    SELECT member_id, starts_on < %(ends_on)s AS has_begun FROM certificates_certificate
    WHERE section = 'free' AND NOT isempty(cover) AND upper(cover) > %(ends_on)s
)
SELECT 'class', coalesce(listed.member_class, ''), count(*), count(*) FILTER (WHERE NOT has_begun)
FROM ending LEFT JOIN listed USING (member_id) GROUP BY 2
UNION ALL
SELECT 'members', '', count(*), count(*) FILTER (WHERE email <> '') FROM listed WHERE is_member
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class EndPreview:
    """``never_begin`` are among the ``certificates``: those of a later scheme year. ``told`` have an address on the list."""

    ends_on: date
    certificates: int
    by_class: dict[str, int]
    never_begin: int
    members: int
    told: int

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "ends_on": self.ends_on.isoformat()}


def preview_end(*, ends_on: date, now: datetime) -> EndPreview:
    """The certificates that would end on the day, by class of the member, and the members that would be told."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(listed=LISTED), {"ends_on": ends_on, "today": japan_date(now)})
        rows = cursor.fetchall()
    classes = {name: count for kind, name, count, _ in rows if kind == "class"}
    (members, told), *_ = [(count, part) for kind, _, count, part in rows if kind == "members"]
    never_begin = sum(part for kind, _, _, part in rows if kind == "class")
    return EndPreview(ends_on, sum(classes.values()), classes, never_begin, members, told)
