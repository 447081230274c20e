"""The common cases of one scheme year in one statement: the whole year, or from the day of joining. The rest is only named.

A million certificates can't go through Python one by one. What the statement decides is what ``domain/free_cover.py`` decides
for these members (a test holds the two together); whoever has a history within the year is left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from sonae.apps.membership.cover_years import RuledYear
from sonae.apps.membership.models import FreeCoverEnd
from sonae.apps.membership.tally import ACTOR, Tally
from sonae.apps.parties.standing import known_on

_FIRST_FROM = "(date_trunc('month', {day} - 1) + interval '1 month')::date"  # the day itself where it is a first
_FIRST_DAY = {"day_of_joining": "{day}", "first_of_next_month": _FIRST_FROM}
_LAST_DAY = {"day_of_leaving": "{day}", "first_of_next_month": _FIRST_FROM, "expiry": "{day}"}

LISTED = "kind <> 'left' AS is_member, effective_date, member_class, name, name_kana"
LOCK = "SELECT count(*) FROM (SELECT 1 FROM parties_member WHERE id {among} ORDER BY id FOR NO KEY UPDATE) AS held"
STATEMENT = """
WITH latest AS MATERIALIZED ({latest}), later AS MATERIALIZED (
    SELECT DISTINCT ON (member_id) member_id, kind <> 'left' AS is_member, effective_date, member_class, name, name_kana,
        count(*) OVER (PARTITION BY member_id) AS facts
    FROM parties_membershipfact WHERE member_id {among} AND effective_date > %(start_on)s ORDER BY member_id
), standing AS MATERIALIZED (
    SELECT member_id, count(*) AS certificates, min(starts_on) AS starts_on, min(cancelled_on) AS cancelled_on,
        bool_and(isempty(cover)) AS all_empty
    FROM certificates_certificate
    WHERE member_id {among} AND scheme_year_id = %(year_id)s AND section = 'free' GROUP BY member_id
), seen AS MATERIALIZED (
    SELECT member.id, coalesce(latest.is_member, false) AS is_member, later.facts, later.is_member AS joins_later,
        latest.is_member IS NULL OR NOT latest.is_member AND {last_day} <= %(start_on)s AS begins_as_nobody,
        latest.is_member AND {first_day} <= %(start_on)s AS begins_as_member,
        {first_day_later} AS starts_later,
        CASE WHEN latest.is_member THEN latest.member_class ELSE later.member_class END AS member_class,
        CASE WHEN latest.is_member THEN latest.name ELSE later.name END AS name,
        CASE WHEN latest.is_member THEN latest.name_kana ELSE later.name_kana END AS name_kana,
        standing.certificates, standing.all_empty, standing.starts_on AS standing_from, standing.cancelled_on AS standing_to
    FROM parties_member AS member
    LEFT JOIN latest ON latest.member_id = member.id
    LEFT JOIN later ON later.member_id = member.id
    LEFT JOIN standing ON standing.member_id = member.id
    WHERE member.id {among}
), wanted AS MATERIALIZED (
    SELECT *, begins_as_nobody AND facts IS NULL AS stays_nobody,
        CASE WHEN begins_as_member AND facts IS NULL THEN %(start_on)s
             WHEN begins_as_nobody AND facts = 1 AND joins_later THEN starts_later END AS starts_on
    FROM seen
), decided AS MATERIALIZED (
    SELECT id, is_member, starts_on, member_class, name, name_kana,
        CASE WHEN stays_nobody OR starts_on >= %(ends_on)s
                 THEN CASE WHEN coalesce(all_empty, true) THEN 'none' ELSE 'rest' END
             WHEN starts_on IS NULL THEN 'rest'
             WHEN certificates IS NULL THEN 'issue'
             WHEN certificates = 1 AND standing_from = starts_on AND standing_to IS NOT DISTINCT FROM %(cancelled_on)s
                 THEN 'there'
             ELSE 'rest' END AS outcome
    FROM wanted
), issued AS (
    INSERT INTO certificates_certificate
        (number, member_id, scheme_year_id, section, starts_on, cancelled_on, verification_code, issued_at)
    SELECT sonae_written_number('C', %(year)s, nextval('sonae_certificate_number')), id, %(year_id)s, 'free', starts_on,
        %(cancelled_on)s, upper(replace(gen_random_uuid()::text, '-', '')), %(now)s
    FROM decided WHERE outcome = 'issue' ORDER BY id
    RETURNING id, member_id, starts_on
), logged AS (
    INSERT INTO certificates_transaction
        (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason, rating_digest,
         total_premium_after, premium_difference)
    SELECT issued.id, 1, 'new', issued.starts_on, %(now)s,
        jsonb_build_object('section', 'free', 'member_class', member_class,
                           'insured', jsonb_build_object('name', name, 'kana', name_kana)),
        %(actor)s, %(reason)s, %(digest)s, 0, 0
    FROM issued JOIN decided ON decided.id = issued.member_id
), ended AS (
    INSERT INTO certificates_transaction
        (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason, rating_digest,
         total_premium_after, premium_difference)
    SELECT issued.id, 2, 'cancellation', %(cancelled_on)s, %(now)s, jsonb_build_object('cancelled_on', %(cancelled_on)s::date),
        %(actor)s, %(end_reason)s, %(digest)s, 0, 0
    FROM issued WHERE %(cancelled_on)s::date IS NOT NULL
)
SELECT count(*) FILTER (WHERE is_member AND outcome <> 'rest'), count(*) FILTER (WHERE outcome = 'issue'),
    count(*) FILTER (WHERE is_member AND outcome = 'issue'), count(*) FILTER (WHERE is_member AND outcome = 'there'),
    count(*) FILTER (WHERE is_member AND outcome = 'none'),
    coalesce(array_agg(id ORDER BY id) FILTER (WHERE outcome = 'rest'), '{{}}')
FROM decided
"""


@dataclass(frozen=True, slots=True)
class Among:
    """Some members: a stretch of ids, or ids one by one. What a statement is limited to."""

    sql: str
    parameters: dict[str, Any]

    @classmethod
    def between(cls, first: int, last: int) -> Among:
        return cls("BETWEEN %(first_id)s AND %(last_id)s", {"first_id": first, "last_id": last})

    @classmethod
    def these(cls, ids: Sequence[int]) -> Among:
        return cls("= ANY(%(ids)s)", {"ids": list(ids)})


def lock_members(among: Among) -> None:
    """Nobody else gives these members cover until the transaction ends; always in order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK.format(among=among.sql), among.parameters)


def issue_at_once(
    among: Among, *, year: RuledYear, end: FreeCoverEnd | None, reason: str, now: datetime
) -> tuple[Tally, list[int]]:
    """Issue what is missing in that year where the case is a common one; what was found, and the ids of everybody else."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(year, among), _parameters(year, end, reason, now) | among.parameters)
        members, issued, issued_to_members, there, not_entitled, rest = cursor.fetchone()
    tally = Tally(
        members=members, issued=issued, newly_covered=issued_to_members, covered_before=there, not_entitled=not_entitled
    )
    return tally, list(rest)


def _statement(year: RuledYear, among: Among) -> str:
    rules = year.cover.rules
    return STATEMENT.format(
        among=among.sql,
        latest=known_on(LISTED, day="start_on", of=f"AND member_id {among.sql}"),
        first_day=_FIRST_DAY[rules.starts].format(day="latest.effective_date"),
        first_day_later=_FIRST_DAY[rules.starts].format(day="later.effective_date"),
        last_day=_LAST_DAY[rules.ends].format(day="latest.effective_date"),
    )


def _parameters(year: RuledYear, end: FreeCoverEnd | None, reason: str, now: datetime) -> dict[str, Any]:
    term = year.cover.term
    ends_on = term.expiry_on if end is None else min(term.expiry_on, end.ends_on)
    cancelled_on: date | None = None if ends_on == term.expiry_on else ends_on
    return {
        "year_id": year.pk, "year": term.start_on.year, "digest": year.digest, "start_on": term.start_on,
        "ends_on": ends_on, "cancelled_on": cancelled_on, "end_reason": "" if end is None else end.source,
        "actor": ACTOR, "reason": reason, "now": now,
    }  # fmt: skip
