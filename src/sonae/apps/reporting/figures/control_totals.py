"""What the counted rows must come out to: the certificates and acts that they were counted from, added up without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from sonae.apps.reporting.figures.premium_months import books_of, lines_of
from sonae.apps.reporting.models import FiguresMonth

COVERS = "SELECT count(*), coalesce(sum(total_premium_yen), 0) FROM reporting_countedcover"
# Of the acts that were seen, so that what is recorded meanwhile doesn't count as a difference; and no certificate is left out.
ACTS = """
    SELECT count(DISTINCT act.certificate_id), coalesce(sum(act.premium_difference), 0)
    FROM certificates_transaction AS act JOIN reporting_countedcover AS cover
        ON cover.certificate_id = act.certificate_id AND act.seq <= cover.seen_seq
"""
LEFT_OUT = """
    SELECT count(*) FROM certificates_certificate AS certificate
    WHERE section = 'paid' AND id <= (SELECT coalesce(max(certificate_id), 0) FROM reporting_countedcover)
        AND NOT EXISTS (SELECT 1 FROM reporting_countedcover AS cover WHERE cover.certificate_id = certificate.id)
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two totals that should be one: what was counted, and what it was counted from."""

    what: str
    counted: int
    source: int


def cover_differences() -> list[Difference]:
    """Of the certificates; none where all is right."""
    with connection.cursor() as cursor:
        cursor.execute(COVERS)
        certificates, premium = cursor.fetchone()
        cursor.execute(ACTS)
        with_acts, differences = cursor.fetchone()
        cursor.execute(LEFT_OUT)
        (left_out,) = cursor.fetchone()
    pairs = [
        Difference("certificates", certificates, with_acts),
        Difference("premium_yen", int(premium), int(differences)),
        Difference("left_out", left_out, 0),
    ]
    return [one for one in pairs if one.counted != one.source]


def month_differences() -> Iterator[Difference]:
    """Of every month that is kept: its lines, its own totals and the books, all worked out again."""
    for kept in FiguresMonth.objects.order_by("month"):
        _, written, earned = lines_of(kept.month)
        for what, counted, own, books in zip(
            ("written", "earned"),
            (written, earned),
            (kept.written_yen, kept.earned_yen),
            books_of(kept.month),
            strict=True,
        ):
            for source in {own, books} - {counted}:
                yield Difference(f"{kept.month:%Y-%m} {what}", counted, source)
