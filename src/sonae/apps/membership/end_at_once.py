"""The organiser's end of the free cover for some members, and taking it back: the common cases in one statement each (F05)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from sonae.apps.membership.issue_at_once import Among
from sonae.apps.membership.models import FreeCoverEnd
from sonae.apps.membership.tally import ACTOR

END = """
WITH ending AS (
    UPDATE certificates_certificate AS certificate SET cancelled_on = greatest(certificate.starts_on, %(ends_on)s)
    FROM programmes_schemeyear AS year JOIN programmes_productversion AS version ON version.id = year.product_version_id
    WHERE year.id = certificate.scheme_year_id AND year.expiry_on > %(ends_on)s AND certificate.section = 'free'
        AND certificate.cancelled_on IS NULL AND certificate.member_id {among}
    RETURNING certificate.id, certificate.cancelled_on, version.digest
), logged AS (
    INSERT INTO certificates_transaction
        (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason, rating_digest,
         total_premium_after, premium_difference)
    SELECT id, (SELECT max(seq) + 1 FROM certificates_transaction WHERE certificate_id = ending.id), 'cancellation',
        cancelled_on, %(now)s, jsonb_build_object('cancelled_on', cancelled_on), %(actor)s, %(source)s, digest, 0, 0
    FROM ending
)
SELECT count(*) FROM ending
"""
CANCELLED_LATER = """
SELECT DISTINCT member_id FROM certificates_certificate
WHERE section = 'free' AND cancelled_on > %(ends_on)s AND NOT isempty(cover) AND member_id {among} ORDER BY member_id
"""
ENDED_BY_IT = """
    SELECT certificate.id, certificate.member_id, ending.id AS ending_id, ending.effective_date, ending.rating_digest
    FROM certificates_certificate AS certificate
    JOIN certificates_transaction AS ending ON ending.certificate_id = certificate.id
    WHERE certificate.section = 'free' AND certificate.member_id {among}
        AND ending.kind = 'cancellation' AND ending.reason = %(source)s
        AND NOT EXISTS (SELECT 1 FROM certificates_transaction AS later WHERE later.reverses_id = ending.id)
"""
KEEP = """
WITH ended AS MATERIALIZED ({ended_by_it}), kept AS (
    UPDATE certificates_certificate AS certificate SET cancelled_on = NULL FROM ended
    WHERE certificate.id = ended.id AND NOT EXISTS (
        SELECT 1 FROM parties_membershipfact AS fact WHERE fact.member_id = ended.member_id AND fact.kind = 'left')
    RETURNING certificate.id, ended.ending_id, ended.effective_date, ended.rating_digest
), logged AS (
    INSERT INTO certificates_transaction
        (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason, rating_digest,
         total_premium_after, premium_difference, reverses_id)
    SELECT id, (SELECT max(seq) + 1 FROM certificates_transaction WHERE certificate_id = kept.id), 'reinstatement',
        effective_date, %(now)s, '{{}}'::jsonb, %(actor)s, %(source)s, rating_digest, 0, 0, ending_id
    FROM kept
)
SELECT count(*) FROM kept
"""
STILL_ENDED = "SELECT DISTINCT member_id FROM ({ended_by_it}) AS ended ORDER BY member_id"


def end_at_once(among: Among, *, end: FreeCoverEnd, now: datetime) -> tuple[int, list[int]]:
    """End what runs to its expiry; how many certificates that were, and the members whose cover ends later for another reason."""
    given = among.parameters | {"ends_on": end.ends_on, "source": end.source, "actor": ACTOR, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(END.format(among=among.sql), given)
        (ended,) = cursor.fetchone()
        cursor.execute(CANCELLED_LATER.format(among=among.sql), given)
        return ended, [member_id for (member_id,) in cursor.fetchall()]


def keep_at_once(among: Among, *, end: FreeCoverEnd, now: datetime) -> int:
    """Reinstate what that end had ended, for members who have never left; how many certificates that were."""
    with connection.cursor() as cursor:
        cursor.execute(_filled(KEEP, among), among.parameters | {"source": end.source, "actor": ACTOR, "now": now})
        (kept,) = cursor.fetchone()
        return int(kept)


def list_still_ended(among: Among, *, end: FreeCoverEnd) -> list[int]:
    """The members with a certificate that this end has ended."""
    with connection.cursor() as cursor:
        cursor.execute(_filled(STILL_ENDED, among), among.parameters | {"source": end.source})
        return [member_id for (member_id,) in cursor.fetchall()]


def _filled(statement: str, among: Among) -> str:
    return statement.format(ended_by_it=ENDED_BY_IT.format(among=among.sql))
