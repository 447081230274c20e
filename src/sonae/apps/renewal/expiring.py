"""What the expiring certificates of a chunk look like today, in one statement: facts, membership, whom to write to, what was said.

Certificates whose log has a single act are read off here; those with a history are folded by the domain (``judge_by_rule``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from sonae.apps.renewal.years import Turn

# To come: a fact that takes effect after today; whether the member may renew then is the domain's question.
READ = """
SELECT certificate.id, certificate.number, certificate.member_id, certificate.starts_on, certificate.cancelled_on,
    first.patch ->> 'plan', first.patch ->> 'industry', first.patch ->> 'annual_sales',
    coalesce(first.patch #>> '{applicant,name}', first.patch #>> '{insured,name}', known.name, ''),
    coalesce(first.patch #>> '{applicant,representative}', ''),
    log.seq, log.acts, coalesce(told.fact_id, 0), coalesce(told.to_come, false), coalesce(known.kind <> 'left', false),
    coalesce(owner.email, address.email, ''), coalesce(paper.language, 'ja'),
    EXISTS (SELECT 1 FROM certificates_certificate AS next WHERE next.member_id = certificate.member_id
            AND next.scheme_year_id = %(year_id)s AND next.section = 'paid' AND NOT isempty(next.cover)),
    offer.id IS NOT NULL, coalesce(known.member_class, '')
FROM certificates_certificate AS certificate
LEFT JOIN LATERAL (SELECT count(*) AS acts, max(seq) AS seq FROM certificates_transaction
                   WHERE certificate_id = certificate.id) AS log ON true
LEFT JOIN certificates_transaction AS first ON first.certificate_id = certificate.id AND first.seq = 1
LEFT JOIN LATERAL (SELECT max(id) AS fact_id, bool_or(effective_date > %(today)s) AS to_come
                   FROM parties_membershipfact WHERE member_id = certificate.member_id) AS told ON true
LEFT JOIN LATERAL (SELECT kind, name, member_class FROM parties_membershipfact
                   WHERE member_id = certificate.member_id AND effective_date <= %(today)s
                   ORDER BY effective_date DESC, recorded_at DESC, id DESC LIMIT 1) AS known ON true
LEFT JOIN LATERAL (SELECT email FROM parties_membershipfact
                   WHERE member_id = certificate.member_id AND effective_date <= %(today)s AND email <> ''
                   ORDER BY effective_date DESC, recorded_at DESC, id DESC LIMIT 1) AS address ON true
LEFT JOIN LATERAL (SELECT person.email FROM parties_memberaccess AS access
                   JOIN parties_user AS person ON person.id = access.user_id AND person.is_active
                   WHERE access.member_id = certificate.member_id AND access.role = 'owner' LIMIT 1) AS owner ON true
LEFT JOIN documents_paper AS paper ON paper.key = 'certificate:' || certificate.number || ':1'
LEFT JOIN renewal_renewaloffer AS offer
    ON offer.certificate_id = certificate.id AND offer.scheme_year_id = %(year_id)s
WHERE certificate.id = ANY(%(ids)s) ORDER BY certificate.id
"""
LOCK = """
SELECT count(*) FROM (
    SELECT 1 FROM parties_member WHERE id IN (SELECT member_id FROM certificates_certificate WHERE id = ANY(%(ids)s))
    ORDER BY id FOR NO KEY UPDATE
) AS held
"""


class Expiring(NamedTuple):
    """One certificate as it stands. The facts are those of its first act, as they were written down: not checked yet."""

    certificate_id: int
    number: str
    member_id: int
    starts_on: date
    cancelled_on: date | None
    plan_code: str | None
    industry: str | None
    annual_sales: str | None
    addressee: str
    representative: str
    seq: int | None
    acts: int
    fact_id: int
    facts_to_come: bool
    is_member: bool
    recipient: str
    language: str
    is_renewed: bool
    is_answered: bool
    member_class: str  # as of today

    @property
    def is_plain(self) -> bool:
        """Nothing about it needs the domain's fold: one act, and no news of the member to come."""
        return self.acts == 1 and not self.facts_to_come


def lock_members(ids: Sequence[int]) -> None:
    """Nobody else acts on the members of these certificates until the transaction ends; always in order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"ids": list(ids)})


def read_expiring(ids: Sequence[int], *, turn: Turn, today: date) -> list[Expiring]:
    """The certificates with these ids as they stand, in order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(READ, {"ids": list(ids), "year_id": turn.year.pk, "today": today})
        return [Expiring(*row) for row in cursor.fetchall()]
