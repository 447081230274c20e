"""How the server is to plan statements over all rows of a feed."""

from __future__ import annotations

from django.db import connection


def plan_for_many_rows() -> None:
    """Until the transaction ends, join by hashing or sorting, in memory as far as 64 MiB go.

    The serving account may not ANALYZE, so after a million new rows the planner may know of none and would compare each row with
    each: quadratic. No statement about a feed is ever better off that way by more than a second or two.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL enable_nestloop = off")
