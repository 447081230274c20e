"""Counted apart from the work itself: how many certificates expire, and which of them have no answer?"""

from __future__ import annotations

from django.db import connection

from sonae.apps.renewal.years import Turn

EXAMPLES = 20
# A certificate that was issued in the expiring year and runs to its end has an answer, is set aside, or was renewed by hand.
COUNT = """
WITH expiring AS (
    SELECT certificate.id, certificate.member_id FROM certificates_certificate AS certificate
    WHERE certificate.scheme_year_id = %(expiring_id)s AND certificate.section = 'paid' AND certificate.id <= %(to_id)s
        AND coalesce(certificate.cancelled_on, %(expiry_on)s) >= %(expiry_on)s
), seen AS (
    SELECT expiring.id, offer.decision, offer.annual_premium_before, offer.annual_premium,
        parked.id IS NOT NULL AS is_parked,
        EXISTS (SELECT 1 FROM certificates_certificate AS next WHERE next.member_id = expiring.member_id
                AND next.scheme_year_id = %(year_id)s AND next.section = 'paid' AND NOT isempty(next.cover)) AS is_renewed
    FROM expiring
    LEFT JOIN renewal_renewaloffer AS offer
        ON offer.certificate_id = expiring.id AND offer.scheme_year_id = %(year_id)s
    LEFT JOIN renewal_parkedcertificate AS parked ON parked.certificate_id = expiring.id
        AND parked.scheme_year_id = %(year_id)s AND parked.resolved_at IS NULL
)
SELECT count(*), count(*) FILTER (WHERE decision = 'offered'), count(*) FILTER (WHERE decision = 'left'),
    count(*) FILTER (WHERE decision = 'referred'), count(*) FILTER (WHERE is_parked),
    count(*) FILTER (WHERE decision IS NULL AND is_renewed),
    coalesce(sum(annual_premium_before) FILTER (WHERE decision = 'offered'), 0)::bigint,
    coalesce(sum(annual_premium) FILTER (WHERE decision = 'offered'), 0)::bigint,
    coalesce((array_agg(id ORDER BY id)
              FILTER (WHERE decision IS NULL AND NOT is_parked AND NOT is_renewed))[1:%(examples)s], '{}'),
    count(*) FILTER (WHERE decision IS NULL AND NOT is_parked AND NOT is_renewed)
FROM seen
"""
NAMES = (
    "expiring", "offered", "left", "referred", "parked", "renewed", "yen_before", "yen_after", "missing", "missing_count",
)  # fmt: skip


def count_answers(turn: Turn, *, to_id: int) -> dict[str, object]:
    """One snapshot over the certificates up to that id. ``missing`` names some of those without an answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT,
            {"expiring_id": turn.expiring.pk, "year_id": turn.year.pk, "to_id": to_id, "examples": EXAMPLES,
             "expiry_on": turn.expiring.expiry_on},
        )  # fmt: skip
        return dict(zip(NAMES, cursor.fetchone(), strict=True))
