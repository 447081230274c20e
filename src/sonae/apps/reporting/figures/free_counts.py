"""Members and free certificates by month: a round counts them whole where anything has changed, since it reads a million rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from sonae.apps.reporting.figures.asked import Asked
from sonae.apps.reporting.figures.topics import FREE_COVER, Figure
from sonae.apps.reporting.models import KeptCount

EVER = date(2000, 1, 1), date(2100, 1, 1)
SEEN = """
    SELECT (SELECT max(id) FROM parties_membershipfact), (SELECT max(id) FROM certificates_certificate),
        (SELECT max(id) FROM certificates_transaction)
"""
COUNT = """
    INSERT INTO reporting_keptcount (figure, month, plan_code, industry, member_class, row_count, yen)
    SELECT %(figure)s, date_trunc('month', on_date::timestamp)::date, plan, industry, member_class, count(*), sum(yen)
    FROM ({rows}) AS counted GROUP BY 2, 3, 4, 5
"""


def what_is_there(today: date) -> dict[str, Any]:
    """What the counts stand on; while it is the same, so are they."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        fact, certificate, act = cursor.fetchone()
    return {"fact": fact, "certificate": certificate, "act": act, "day": today.isoformat()}


def count_free_cover(today: date) -> None:
    """In place of what was counted before; call it in a transaction."""
    KeptCount.objects.filter(figure__in=[one.code for one in FREE_COVER.figures]).delete()
    for figure in FREE_COVER.figures:
        _count(figure, Asked(*EVER, on=today, today=today))


def _count(figure: Figure, asked: Asked) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows=figure.rows), {**asked.values(), "figure": figure.code})
