"""Earned and unearned premium over all certificates, as it was known at the end of a month (docs/algorithms/earning.md).

Certificates to which nothing has happened since their issue are counted by the database, in groups of the same start and total;
only those with a history are worked out one by one, in chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import connection

from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.programmes.product_files import product_with
from sonae.apps.reporting.kept_answers import Kept, kept_answer
from sonae.domain.bordereau import month_end, month_start
from sonae.domain.certificate.log import Act
from sonae.domain.certificate.premium import schedule_premium
from sonae.domain.earning import Months, Movement, Standing, earned_by_month, spread_evenly, until
from sonae.domain.period import Term

AT_ONCE = 2_000
UNTOUCHED = """
    SELECT year.start_on, certificate.starts_on, year.expiry_on, log.total, count(*)
    FROM (SELECT certificate_id, min(total_premium_after) AS total FROM certificates_transaction
              JOIN certificates_certificate AS paid ON paid.id = certificate_id AND paid.section = 'paid'
          WHERE recorded_at < %(known)s GROUP BY certificate_id HAVING count(*) = 1) AS log
    JOIN certificates_certificate AS certificate ON certificate.id = log.certificate_id
    JOIN programmes_schemeyear AS year ON year.id = certificate.scheme_year_id
    GROUP BY 1, 2, 3, 4
"""
TOUCHED = """
    SELECT certificate_id FROM certificates_transaction JOIN certificates_certificate AS certificate
        ON certificate.id = certificate_id AND certificate.section = 'paid'
    WHERE recorded_at < %(known)s GROUP BY certificate_id HAVING count(*) > 1 ORDER BY certificate_id
"""


@dataclass
class YearEarned:
    """One scheme year: how many paid certificates, yen written, and yen earned by calendar month."""

    certificates: int = 0
    written: int = 0
    months: Months = field(default_factory=dict)

    def add(self, months: Months, written: int, count: int = 1) -> None:
        """``count`` certificates alike."""
        self.certificates += count
        self.written += written * count
        for month, yen in months.items():
            self.months[month] = self.months.get(month, 0) + yen * count

    def standing(self, month: date) -> Standing:
        """At the end of that month."""
        return Standing(self.written, until(self.months, month))


@dataclass(frozen=True, slots=True)
class MonthOfYear:
    """What a calendar month does in the books of one scheme year."""

    scheme_year: date
    certificates: int
    movement: Movement


def earned_as_known(known: datetime) -> dict[date, YearEarned]:
    """By the start of the scheme year, everything recorded before that moment."""
    years: dict[date, YearEarned] = {}
    with connection.cursor() as cursor:
        cursor.execute(UNTOUCHED, {"known": known})
        for year, starts_on, expiry_on, total, count in cursor.fetchall():
            years.setdefault(year, YearEarned()).add(spread_evenly(total, Term(starts_on, expiry_on)), total, count)
    for certificate, acts in touched_certificates(known):
        year = certificate.scheme_year
        schedule = schedule_premium(
            product_with(year.product_version.digest), acts, Term(certificate.starts_on, year.expiry_on)
        )
        years.setdefault(year.start_on, YearEarned()).add(earned_by_month(schedule), schedule.total)
    return dict(sorted(years.items()))


def touched_certificates(known: datetime) -> Iterator[tuple[Certificate, tuple[Act, ...]]]:
    """Every paid certificate with a history, with its log as it was known then."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"known": known})
        ids = iter([pk for (pk,) in cursor.fetchall()])
    while chunk := list(islice(ids, AT_ONCE)):
        logs: dict[int, list[Transaction]] = {pk: [] for pk in chunk}
        for entry in Transaction.objects.filter(certificate_id__in=chunk):
            logs[entry.certificate_id].append(entry)
        found = (
            Certificate.objects.select_related("scheme_year__product_version")
            .defer("scheme_year__product_version__files")
            .filter(pk__in=chunk)
        )
        for certificate in found:
            # Only what is recorded in one moment counts as known: strictly before the end of the month.
            yield certificate, tuple(act for act in acts_of(logs[certificate.pk]) if act.recorded_at < known)


def month_in_the_books(month: date) -> list[MonthOfYear]:
    """What the calendar month wrote and earned, by scheme year; with what was recorded in it for earlier months."""
    before, after = earned_as_known(month_start(month)), earned_as_known(month_end(month))
    return [
        MonthOfYear(
            year,
            earned.certificates,
            Movement(
                before[year].standing(_month_before(month)) if year in before else Standing(0, 0),
                earned.standing(month),
            ),
        )
        for year, earned in after.items()
    ]


def _month_before(month: date) -> date:
    return date(month.year - 1, 12, 1) if month.month == 1 else month.replace(month=month.month - 1)


def kept_month(
    month: date, *, now: datetime, afresh: bool = False
) -> Kept[tuple[list[MonthOfYear], list[tuple[date, int, int]]]]:
    """The month in the books and its run-off, as the last round found them where the books are large."""
    return kept_answer(f"earned:{month}", lambda: (month_in_the_books(month), run_off(month)), now=now, afresh=afresh)


def run_off(month: date) -> list[tuple[date, int, int]]:
    """Every calendar month in which premium is earned, as known at the end of ``month``: yen earned in it and unearned after it."""
    years = earned_as_known(month_end(month))
    months = sorted({one for year in years.values() for one in year.months})
    written = sum(year.written for year in years.values())
    rows, so_far = [], 0
    for one in months:
        earned = sum(year.months.get(one, 0) for year in years.values())
        so_far += earned
        rows.append((one, earned, written - so_far))
    return rows
