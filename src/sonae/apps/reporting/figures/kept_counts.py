"""Figures that a round counts whole, because their pages would read hundreds of thousands of rows each time."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from sonae.apps.reporting.figures.asked import Asked
from sonae.apps.reporting.figures.topics import Figure, Topic
from sonae.apps.reporting.models import KeptCount

EVER = date(2000, 1, 1), date(2100, 1, 1)
SEEN = """
    SELECT (SELECT max(id) FROM parties_membershipfact), (SELECT max(id) FROM certificates_certificate),
        (SELECT max(id) FROM certificates_transaction)
"""
COUNT = """
    INSERT INTO reporting_keptcount (figure, month, week, plan_code, industry, member_class, language, detail, reason, row_count,
        yen)
    SELECT %(figure)s, date_trunc('month', on_date::timestamp)::date, {parts}, count(*), sum(yen)
    FROM ({rows}) AS counted GROUP BY 2, 3, 4, 5, 6, 7, 8, 9
"""


def what_is_there(today: date) -> dict[str, Any]:
    """What the counts of the free cover stand on; while it is the same, so are they."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        fact, certificate, act = cursor.fetchone()
    return {"fact": fact, "certificate": certificate, "act": act, "day": today.isoformat()}


def count_topic(topic: Topic, today: date) -> None:
    """In place of what was counted before; call it in a transaction."""
    figures = [one for one in topic.figures if one.kept and not one.part_of]
    KeptCount.objects.filter(figure__in=[one.code for one in figures]).delete()
    for figure in figures:
        _count(topic, figure, Asked(*EVER, on=today, today=today))


def _count(topic: Topic, figure: Figure, asked: Asked) -> None:
    statement = COUNT.format(parts=", ".join(_parts(topic)), rows=figure.rows)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**asked.values(), "figure": figure.code})


def _parts(topic: Topic) -> list[str]:
    """Only what the topic's page divides or narrows down by is kept apart, so that the rows stay few."""
    columns = {"plan": "plan", "industry": "industry", "class": "member_class", "language": "language"}
    week = "date_trunc('week', on_date::timestamp)::date" if "week" in topic.groups else "NULL::date"
    codes = ("detail", "reason") if any(one.part_of for one in topic.figures) else ("''", "''")
    return [week, *(column if group in topic.groups else "''" for group, column in columns.items()), *codes]
