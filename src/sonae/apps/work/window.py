"""The working days by which the queue counts: those of the programme's contact window."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.domain.calendar import japan_date
from sonae.domain.product.definition import Contact
from sonae.domain.work_clock import closings

DAYS_BACK, DAYS_AHEAD = 400, 120


def closes_around(contact: Contact | None, now: datetime) -> tuple[datetime, ...]:
    """The closes of a year back and some months ahead; none while no product is published."""
    return _closes(contact, japan_date(now)) if contact is not None else ()


@lru_cache(maxsize=8)
def _closes(contact: Contact, today: date) -> tuple[datetime, ...]:
    holidays = import_string(settings.SONAE_HOLIDAYS)
    return closings(
        contact,
        first=today - timedelta(days=DAYS_BACK),
        last=today + timedelta(days=DAYS_AHEAD),
        is_holiday=holidays,
    )
