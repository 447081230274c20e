"""How often may this be tried? Counted in the database with one statement, so that every process counts together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

from sonae.apps.audit.models import Throttle

COUNT = """
    INSERT INTO audit_throttle AS t (key, window_ends_at, tries) SELECT %(key)s, %(end)s, 1{and_then}
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN t.window_ends_at <= %(now)s THEN 1 ELSE t.tries + 1 END,
        window_ends_at = CASE WHEN t.window_ends_at <= %(now)s THEN %(end)s ELSE t.window_ends_at END
    RETURNING tries
    """
WITHIN_A_TRANSACTION = COUNT.format(and_then="")
# Alone, the count need not wait for the disk, and the next try of the same key not for it: all that a crash of the server could
# take with it is the count of its last moments. The setting is gone with the statement.
ALONE = COUNT.format(and_then=" FROM set_config('synchronous_commit', 'off', true)")


def allow(*, key: str, most: int, within: timedelta, now: datetime) -> bool:
    """Count one try of ``key`` and say whether it is still among the first ``most`` of the window that began with the first try."""
    with connection.cursor() as cursor:
        cursor.execute(
            WITHIN_A_TRANSACTION if connection.in_atomic_block else ALONE,
            {"key": key[:200], "now": now, "end": now + within},
        )
        return bool(cursor.fetchone()[0] <= most)


def forget_tries(*, keys: Iterable[str]) -> None:
    """What was counted under these keys no longer counts: somebody has proved who they are."""
    Throttle.objects.filter(key__in=[key[:200] for key in keys]).delete()


def forget_ended_windows(*, now: datetime) -> int:
    """Delete what was counted in windows that have ended, and say how many keys that were. An address is kept no longer."""
    return Throttle.objects.filter(window_ends_at__lte=now).delete()[0]
