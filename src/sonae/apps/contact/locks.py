"""One act at a time on a consultation, and one booking at a time in a half hour. Nobody waits for another one's.

Rows of logs can't be locked themselves: that takes the right to change them.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from sonae.apps.contact.models import Consultation

# The numbers mean nothing; they only have to be the same everywhere and nobody else's.
CONSULTATIONS, SLOTS = 537_721_101, 537_721_102
LARGEST = 2**31


def lock_consultation(consultation: Consultation) -> None:
    """Held until the transaction ends."""
    _lock(CONSULTATIONS, consultation.pk)


def lock_slot(begins_at: datetime) -> None:
    """Likewise; two half hours that begin at different minutes have locks of their own."""
    _lock(SLOTS, int(begins_at.timestamp()) // 60)


def _lock(kind: int, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, number % LARGEST])
