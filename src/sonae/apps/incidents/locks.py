"""One act at a time on a case; nobody waits for another case's. Rows of logs can't be locked themselves."""

from __future__ import annotations

from django.db import connection

from sonae.apps.incidents.models import Case

CASES, LARGEST = 537_721_121, 2**31  # the number means nothing; it only has to be nobody else's


def lock_case(case: Case) -> None:
    """Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CASES, case.pk % LARGEST])
