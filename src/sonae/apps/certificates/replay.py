"""Rate every premium that was ever posted again, with the product version that its scheme year pins, and compare (rule 8).

Certificates that nothing happened to, nearly all, are rated in bulk; those with a history are rated act by act by the domain's
rule. Free certificates must have posted nothing. Everything is read in one snapshot, as a stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from django.db import connection, transaction

from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.programmes.product_files import product_of
from sonae.domain.certificate.log import cancelled_on
from sonae.domain.certificate.premium import schedule_premium
from sonae.domain.product.definition import Product
from sonae.domain.rating import NotRated
from sonae.domain.rating_bulk import compile_tariff, rate_many

AT_ONCE = 50_000
NAMED = 20  # differences that are told one by one; the rest is counted
# One act, and a start on the day of the month on which the year ends: whole months, which the bulk tables know.
PLAIN = """
    certificate.section = 'paid' AND NOT EXISTS (SELECT FROM certificates_transaction AS later
        WHERE later.certificate_id = certificate.id AND later.seq > 1)
    AND extract(day FROM certificate.starts_on) = extract(day FROM %(expiry_on)s::date)
"""
COLUMNS = """
    SELECT act.id::bigint,
        coalesce(array_position(%(industries)s::text[], act.patch ->> 'industry'), 0)::bigint,
        coalesce((act.patch ->> 'annual_sales')::bigint, -1),
        coalesce(array_position(%(plans)s::text[], act.patch ->> 'plan'), 0)::bigint,
        ((extract(year FROM %(expiry_on)s::date) - extract(year FROM certificate.starts_on)) * 12
            + extract(month FROM %(expiry_on)s::date) - extract(month FROM certificate.starts_on))::bigint,
        act.total_premium_after, act.premium_difference, coalesce(charge.charge_yen, 0),
        (act.rating_digest = %(digest)s AND certificate.cancelled_on IS NULL)::integer::bigint
    FROM certificates_certificate AS certificate
    JOIN certificates_transaction AS act ON act.certificate_id = certificate.id AND act.seq = 1
    LEFT JOIN billing_charge AS charge ON charge.id = act.charge_id
    WHERE certificate.scheme_year_id = %(year_id)s AND {plain}
"""
WITH_HISTORY = """
    SELECT certificate.id FROM certificates_certificate AS certificate
    WHERE certificate.scheme_year_id = %(year_id)s AND certificate.section = 'paid' AND NOT ({plain}) ORDER BY certificate.id
"""
FREE = """
    SELECT act.id, count(*) OVER () FROM certificates_transaction AS act
    JOIN certificates_certificate AS certificate ON certificate.id = act.certificate_id
    WHERE certificate.scheme_year_id = %(year_id)s AND certificate.section = 'free'
        AND (act.total_premium_after <> 0 OR act.premium_difference <> 0 OR act.charge_id IS NOT NULL)
    ORDER BY act.id LIMIT {named}
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One act whose books say something else than its rating: total yen after it, as posted and as rated (None: not rateable)."""

    certificate: str
    seq: int
    posted: int
    rated: int | None


@dataclass(slots=True)
class Replayed:
    """The control totals of one scheme year. ``differing`` counts all, ``differences`` names the first."""

    year: SchemeYear
    certificates: int = 0
    acts: int = 0
    posted_yen: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)


def replay(*, programme: str) -> Iterator[Replayed]:
    """Each scheme year of the programme, earliest first; nothing is written."""
    years = SchemeYear.objects.filter(programme__code=programme).select_related("product_version").order_by("start_on")
    for year in years.defer("product_version__files"):
        with _one_snapshot():
            found = _replay_year(year)
        yield found


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Everything as of one moment, and nothing written; inside a caller's transaction, as that one sees it."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _replay_year(year: SchemeYear) -> Replayed:
    found, product = Replayed(year), product_of(year.product_version)
    _replay_plain(found, product)
    _replay_histories(found, product)
    with connection.cursor() as cursor:
        cursor.execute(FREE.format(named=NAMED), {"year_id": year.pk})
        wrong = cursor.fetchall()
    if wrong:
        found.differing += wrong[0][1]
        found.differences += [_named(act_id, 0) for act_id, _ in wrong]
    return found


def _replay_plain(found: Replayed, product: Product) -> None:
    tariff = compile_tariff(product)
    parameters = _parameters(found.year) | {"industries": list(tariff.industries), "plans": list(tariff.plans)}
    for rows in _stream(COLUMNS.format(plain=PLAIN), parameters):
        act_id, industry, sales, plan, months, total, difference, charged, in_order = np.array(rows, np.int64).T
        known = (industry > 0) & (plan > 0) & (sales >= 0) & (months >= 1) & (months <= 12)
        kept = [np.where(known, values, least) for values, least in ((industry, 1), (sales, 0), (plan, 1), (months, 1))]
        rated = rate_many(tariff, kept[0] - 1, kept[1], kept[2] - 1, kept[3])
        rateable = known & rated.accepted
        same = (total == rated.term_premium) & (difference == total) & (charged == total) & (in_order == 1)
        wrong = np.flatnonzero(~(rateable & same))
        found.certificates += len(rows)
        found.acts += len(rows)
        found.posted_yen += int(difference.sum())
        found.differing += len(wrong)
        for place in wrong[: NAMED - len(found.differences)]:
            premium = int(rated.term_premium[place]) if rateable[place] else None
            found.differences.append(_named(int(act_id[place]), premium))


def _replay_histories(found: Replayed, product: Product) -> None:
    for ids in _stream(WITH_HISTORY.format(plain=PLAIN), _parameters(found.year)):
        rows = (
            Transaction.objects.filter(certificate_id__in=[pk for (pk,) in ids])
            .select_related("certificate", "charge")
            .order_by("certificate_id", "seq")
        )
        for _, log in groupby(rows, key=lambda entry: entry.certificate_id):
            _replay_log(found, product, list(log))


def _replay_log(found: Replayed, product: Product, log: list[Transaction]) -> None:
    certificate, acts = log[0].certificate, acts_of(log)
    certificate.scheme_year = found.year
    posted = 0
    found.certificates += 1
    for count, entry in enumerate(log, start=1):
        rated = _total(product, acts[:count], certificate)
        charged = entry.charge.charge_yen if entry.charge else 0
        expected = None if rated is None else (rated, rated - posted, rated - posted, found.year.product_version.digest)
        said = (entry.total_premium_after, entry.premium_difference, charged, entry.rating_digest)
        posted = entry.total_premium_after
        found.acts += 1
        found.posted_yen += entry.premium_difference
        if said != expected or (count == len(log) and certificate.cancelled_on != cancelled_on(acts)):
            found.differing += 1
            if len(found.differences) < NAMED:
                found.differences.append(Difference(certificate.number, entry.seq, entry.total_premium_after, rated))


def _total(product: Product, acts: Sequence[Any], certificate: Certificate) -> int | None:
    try:
        return schedule_premium(product, acts, term_of(certificate)).total
    except (NotRated, KeyError):
        return None


def _parameters(year: SchemeYear) -> dict[str, Any]:
    return {"year_id": year.pk, "expiry_on": year.expiry_on, "digest": year.product_version.digest}


def _stream(statement: str, parameters: dict[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows in pieces that memory doesn't notice."""
    connection.ensure_connection()
    with connection.connection.cursor(name="sonae_replay", binary=True) as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows


def _named(act_id: int, rated: int | None) -> Difference:
    entry = Transaction.objects.select_related("certificate").get(pk=act_id)
    return Difference(entry.certificate.number, entry.seq, entry.total_premium_after, rated)
