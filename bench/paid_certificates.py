"""Paid certificates by the hundred thousand for measurements: rated, charged and logged as issuing would have left them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np

from bench.loading import run_all

YEAR = date(2026, 12, 1)
WITH_HISTORY = 100  # one certificate in so many has a second act
LOAD = """
    INSERT INTO parties_member (id, number, created_at) SELECT n, lpad(n::text, 8, '0'), %(now)s FROM loaded;
    INSERT INTO billing_charge (id, key, member_id, charge_yen, recorded_at)
    SELECT n, 'enrol:' || n, n, premium, %(now)s FROM loaded;
    INSERT INTO certificates_certificate
        (id, number, member_id, scheme_year_id, section, starts_on, cover, verification_code, issued_at)
    SELECT n, 'C-' || n, n, year.id, 'paid', start, daterange(start, year.expiry_on), md5(n::text), %(now)s
    FROM loaded, programmes_schemeyear AS year,
        LATERAL (SELECT CASE months WHEN 12 THEN %(year)s ELSE make_date(2027, 12 - months, 1) END AS start) AS term
    WHERE year.start_on = %(year)s ORDER BY n;
    INSERT INTO certificates_transaction
        (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason, rating_digest,
         total_premium_after, premium_difference, charge_id)
    SELECT n, 1, 'new', starts_on, %(now)s,
        jsonb_build_object('plan', plan, 'industry', industry, 'annual_sales', sales,
                           'insured', jsonb_build_object('name', '計測商店' || n)),
        'user:1', 'bench', %(digest)s, premium, premium, n
    FROM loaded JOIN certificates_certificate AS certificate ON certificate.id = n;
    INSERT INTO certificates_transaction
        (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason, rating_digest,
         total_premium_after, premium_difference)
    SELECT n, 2, 'change', starts_on, %(now)s, '{"insured.name": "計測住建"}', 'user:1', 'bench', %(digest)s, premium, 0
    FROM loaded JOIN certificates_certificate AS certificate ON certificate.id = n WHERE n %% %(history)s = 0;
"""


def load(size: int, *, now: datetime) -> None:
    """So many members with a paid certificate of the year that begins on 1 December 2026: every industry, plan, start and band."""
    from django.db import connection

    from sonae.apps.programmes.models import SchemeYear
    from sonae.apps.programmes.product_files import product_of

    version = SchemeYear.objects.get(start_on=YEAR).product_version
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # what is loaded is known to be right
        cursor.execute(
            "CREATE TABLE loaded (n bigint, industry text, plan text, sales bigint, months integer, premium bigint)"
        )
        with cursor.copy("COPY loaded FROM STDIN") as copy:
            for row in _rows(product_of(version), size):
                copy.write_row(row)
        run_all(LOAD, {"now": now, "year": YEAR, "digest": version.digest, "history": WITH_HISTORY})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _rows(product: Any, size: int) -> Any:
    from sonae.domain.rating_bulk import compile_tariff, rate_many

    tariff, chance = compile_tariff(product), np.random.default_rng(2026)
    rated = np.array([place for place, one in enumerate(product.industries) if one.factor is not None])
    industry, plan = rated[chance.integers(0, len(rated), size)], chance.integers(0, len(tariff.plans), size)
    sales, months = chance.integers(0, 100_000_000, size), chance.integers(1, 13, size)
    premiums = rate_many(tariff, industry, sales, plan, months).term_premium
    for place in range(size):
        yield (
            place + 1, tariff.industries[industry[place]], tariff.plans[plan[place]], int(sales[place]), int(months[place]),
            int(premiums[place]),
        )  # fmt: skip
