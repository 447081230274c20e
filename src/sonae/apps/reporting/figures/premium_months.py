"""Earned premium by certificate, for each month that is over: the lines behind what the books say of the month.

The lines are worked out set-based, a second time beside ``month_in_the_books``; they are kept only where both come out alike, to
the yen. What is recorded later belongs to the month in which it is recorded, so a month that is kept never changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import connection

from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.programmes.product_files import product_with
from sonae.apps.reporting.earned_premium import month_in_the_books, touched_certificates
from sonae.apps.reporting.figures.covers import content_at_the_end
from sonae.apps.reporting.models import CountedCover, EarnedLine, FiguresMonth
from sonae.domain.bordereau import month_end, month_start
from sonae.domain.calendar import japan_date
from sonae.domain.certificate.log import Act
from sonae.domain.certificate.premium import schedule_premium
from sonae.domain.earning import NOTHING, Movement, Standing, earned_by_month, month_of, until
from sonae.domain.period import Term, add_months

AT_ONCE = 2_000
SETTLED_AFTER = timedelta(hours=1)  # whatever was recorded in the month is committed by then
# Earned up to month k of n is total × k ÷ n, a half rounded up: the whole-number form of domain/earning.py.
UNTOUCHED_LINES = """
    INSERT INTO reporting_earnedline (month, certificate_id, plan_code, industry, member_class, written_yen, earned_yen)
    SELECT %(month)s, certificate_id, plan, industry, member_class, written, earned FROM (
        SELECT certificate_id, plan, industry, member_class,
            CASE WHEN was_known THEN 0 ELSE total END AS written,
            (2 * total * least(greatest(passed, 0), months) + months) / (2 * months)
            - CASE WHEN was_known THEN (2 * total * least(greatest(passed - 1, 0), months) + months) / (2 * months)
                   ELSE 0 END AS earned
        FROM (
            SELECT log.certificate_id, log.total, log.recorded_at < %(start)s AS was_known, cover.member_class,
                coalesce(act.patch ->> 'plan', '') AS plan, coalesce(act.patch ->> 'industry', '') AS industry,
                (extract(year FROM year.expiry_on) * 12 + extract(month FROM year.expiry_on)
                 - extract(year FROM certificate.starts_on) * 12 - extract(month FROM certificate.starts_on)
                 - CASE WHEN extract(day FROM year.expiry_on) < extract(day FROM certificate.starts_on) THEN 1 ELSE 0 END
                )::bigint AS months,
                (extract(year FROM %(month)s::date) * 12 + extract(month FROM %(month)s::date)
                 - extract(year FROM certificate.starts_on) * 12 - extract(month FROM certificate.starts_on) + 1)::bigint AS passed
            FROM (SELECT certificate_id, min(total_premium_after) AS total, min(recorded_at) AS recorded_at
                  FROM certificates_transaction WHERE recorded_at < %(end)s GROUP BY certificate_id HAVING count(*) = 1) AS log
            JOIN certificates_certificate AS certificate ON certificate.id = log.certificate_id AND certificate.section = 'paid'
            JOIN programmes_schemeyear AS year ON year.id = certificate.scheme_year_id
            JOIN certificates_transaction AS act ON act.certificate_id = log.certificate_id AND act.seq = 1
            JOIN reporting_countedcover AS cover ON cover.certificate_id = log.certificate_id
        ) AS term
    ) AS line WHERE written <> 0 OR earned <> 0 ORDER BY certificate_id
"""
KEEP_COUNTS = """
    INSERT INTO reporting_keptcount (figure, month, plan_code, industry, member_class, row_count, yen)
    SELECT figure, month, plan_code, industry, member_class, count(*), sum(yen) FROM (
        SELECT 'written' AS figure, month, plan_code, industry, member_class, written_yen AS yen FROM reporting_earnedline
        UNION ALL SELECT 'earned', month, plan_code, industry, member_class, earned_yen FROM reporting_earnedline
    ) AS line WHERE month = %(month)s AND yen <> 0 GROUP BY 1, 2, 3, 4, 5
"""
TOTALS = """
    SELECT count(*), coalesce(sum(written_yen), 0), coalesce(sum(earned_yen), 0) FROM reporting_earnedline WHERE month = %(month)s
"""


class MonthDiffers(Exception):
    """The lines of the month don't add up to what the books say of it, each written and earned yen; nothing of it is kept."""

    def __init__(self, month: date, lines: tuple[int, int], books: tuple[int, int]) -> None:
        super().__init__(f"{month:%Y-%m}: lines {lines}, books {books}")
        self.month, self.lines, self.books = month, lines, books


def months_to_keep(*, now: datetime) -> list[date]:
    """Those that are over and not kept yet, from the month of the first act on, the earliest first."""
    first = (
        Transaction.objects.filter(certificate__section="paid")
        .order_by("recorded_at")
        .values_list("recorded_at", flat=True)
    )
    begun, kept = first.first(), set(FiguresMonth.objects.values_list("month", flat=True))
    month, found = month_of(japan_date(begun)) if begun else None, []
    while month is not None and now >= month_end(month) + SETTLED_AFTER:
        if month not in kept:
            found.append(month)
        month = add_months(month, 1)
    return found


def keep_month(month: date, *, now: datetime) -> FiguresMonth:
    """The month with its lines and its counts. MonthDiffers; call it in a transaction, after the covers were counted."""
    with connection.cursor() as cursor:
        cursor.execute(UNTOUCHED_LINES, {"month": month, "start": month_start(month), "end": month_end(month)})
        EarnedLine.objects.bulk_create(list(_touched_lines(month)), batch_size=AT_ONCE)
        cursor.execute(KEEP_COUNTS, {"month": month})
        count, written, earned = lines_of(month)
    books = books_of(month)
    if (written, earned) != books:
        raise MonthDiffers(month, (written, earned), books)
    return FiguresMonth.objects.create(
        month=month, line_count=count, written_yen=written, earned_yen=earned, kept_at=now
    )


def lines_of(month: date) -> tuple[int, int, int]:
    """How many lines the month has, and what they wrote and earned."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, {"month": month})
        count, written, earned = cursor.fetchone()
    return int(count), int(written), int(earned)


def books_of(month: date) -> tuple[int, int]:
    """What the books say: written and earned yen of all scheme years."""
    years = month_in_the_books(month)
    return sum(one.movement.written for one in years), sum(one.movement.earned for one in years)


def _touched_lines(month: date) -> Iterator[EarnedLine]:
    known = {certificate.pk: (certificate, acts) for certificate, acts in touched_certificates(month_end(month))}
    classes = dict(CountedCover.objects.filter(pk__in=known).values_list("certificate_id", "member_class"))
    for pk, (certificate, acts) in known.items():
        moved = _movement(certificate, acts, month)
        if moved.written or moved.earned:
            plan, industry = content_at_the_end(acts, certificate)
            yield EarnedLine(
                month=month, certificate_id=pk, plan_code=plan, industry=industry, member_class=classes[pk],
                written_yen=moved.written, earned_yen=moved.earned,
            )  # fmt: skip


def _movement(certificate: Certificate, acts: tuple[Act, ...], month: date) -> Movement:
    before = tuple(act for act in acts if act.recorded_at < month_start(month))
    return Movement(_standing(certificate, before, add_months(month, -1)), _standing(certificate, acts, month))


def _standing(certificate: Certificate, acts: tuple[Act, ...], month: date) -> Standing:
    if not acts:
        return NOTHING
    year = certificate.scheme_year
    product = product_with(year.product_version.digest)
    schedule = schedule_premium(product, acts, Term(certificate.starts_on, year.expiry_on))
    return Standing(schedule.total, until(earned_by_month(schedule), month))
