"""Every paid certificate as figures count it: folded once, and once more when an act follows.

Those to which nothing has happened since their issue are read off in one statement; those with a history are folded by the domain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from django.db import connection

from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.reporting.models import CountedCover
from sonae.domain.calendar import japan_date
from sonae.domain.certificate.log import Act, fields_on

AT_ONCE = 2_000
CLASS_AT_START = """
    SELECT fact.member_class FROM parties_membershipfact AS fact
    WHERE fact.member_id = certificate.member_id AND fact.effective_date <= certificate.starts_on
    ORDER BY fact.effective_date DESC, fact.recorded_at DESC, fact.id DESC LIMIT 1
"""
# Found before anything is written: a statement that looks for what isn't in the table that it fills reads all that it has written.
TO_COUNT = """
    SELECT certificate.id FROM certificates_certificate AS certificate
    LEFT JOIN reporting_countedcover AS cover ON cover.certificate_id = certificate.id
    WHERE certificate.section = 'paid' AND cover.certificate_id IS NULL ORDER BY certificate.id
"""
COUNT_UNTOUCHED = f"""
    INSERT INTO reporting_countedcover (certificate_id, seen_seq, issued_on, starts_on, ends_on, cancelled_on, plan_code, industry,
        member_class, total_premium_yen)
    SELECT certificate.id, 1, (certificate.issued_at AT TIME ZONE 'Asia/Tokyo')::date, certificate.starts_on,
        greatest(certificate.starts_on, least(certificate.cancelled_on, year.expiry_on)), certificate.cancelled_on,
        coalesce(act.patch ->> 'plan', ''), coalesce(act.patch ->> 'industry', ''), coalesce(({CLASS_AT_START}), ''),
        act.total_premium_after
    FROM certificates_certificate AS certificate
    JOIN programmes_schemeyear AS year ON year.id = certificate.scheme_year_id
    JOIN certificates_transaction AS act ON act.certificate_id = certificate.id AND act.seq = 1
    WHERE certificate.id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM certificates_transaction AS later
                        WHERE later.certificate_id = certificate.id AND later.seq > 1)
"""  # noqa: S608  # our own names alone
TO_FOLD = """
    SELECT DISTINCT act.certificate_id FROM certificates_transaction AS act
    JOIN certificates_certificate AS certificate ON certificate.id = act.certificate_id AND certificate.section = 'paid'
    LEFT JOIN reporting_countedcover AS cover ON cover.certificate_id = act.certificate_id
    WHERE act.seq > coalesce(cover.seen_seq, 0) ORDER BY act.certificate_id
"""
CLASSES = f"""
    SELECT certificate.id, ({CLASS_AT_START}) FROM certificates_certificate AS certificate WHERE certificate.id = ANY(%s)
"""  # noqa: S608  # our own names alone
RENEWED = ["seen_seq", "starts_on", "ends_on", "cancelled_on", "plan_code", "industry", "total_premium_yen"]


def count_covers() -> int:
    """How many were counted for the first time or afresh."""
    counted = 0
    with connection.cursor() as cursor:
        for chunk in _chunks(TO_COUNT):
            cursor.execute(COUNT_UNTOUCHED, [chunk])
            counted += cursor.rowcount
    for chunk in _chunks(TO_FOLD):
        _fold(chunk)
        counted += len(chunk)
    return counted


def _chunks(statement: str) -> Iterator[list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        ids = iter([pk for (pk,) in cursor.fetchall()])
    while chunk := list(islice(ids, AT_ONCE)):
        yield chunk


def _fold(chunk: Sequence[int]) -> None:
    logs: dict[int, list[Transaction]] = {pk: [] for pk in chunk}
    for entry in Transaction.objects.filter(certificate_id__in=chunk):
        logs[entry.certificate_id].append(entry)
    with connection.cursor() as cursor:
        cursor.execute(CLASSES, [list(chunk)])
        classes = dict(cursor.fetchall())
    found = Certificate.objects.select_related("scheme_year").filter(pk__in=chunk)
    covers = [_cover(one, logs[one.pk], classes[one.pk] or "") for one in found]
    CountedCover.objects.bulk_create(
        covers, update_conflicts=True, unique_fields=["certificate"], update_fields=RENEWED
    )


def _cover(certificate: Certificate, log: Sequence[Transaction], member_class: str) -> CountedCover:
    last, expiry = max(log, key=lambda entry: entry.seq), certificate.scheme_year.expiry_on
    ends_on = max(certificate.starts_on, min(certificate.cancelled_on or expiry, expiry))
    plan, industry = content_at_the_end(acts_of(log), certificate)
    return CountedCover(
        certificate=certificate, seen_seq=last.seq, issued_on=japan_date(certificate.issued_at), starts_on=certificate.starts_on,
        ends_on=ends_on, cancelled_on=certificate.cancelled_on, plan_code=plan, industry=industry, member_class=member_class,
        total_premium_yen=last.total_premium_after,
    )  # fmt: skip


def content_at_the_end(acts: Sequence[Act], certificate: Certificate) -> tuple[str, str]:
    """Plan and industry as agreed for the last day of the term."""
    fields = fields_on(acts, certificate.scheme_year.expiry_on - timedelta(days=1))
    return str(fields.get("plan") or ""), str(fields.get("industry") or "")
