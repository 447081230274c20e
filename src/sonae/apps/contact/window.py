"""The contact window by the holidays that the settings name: open or not, and when an answer can be expected."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.domain.product.definition import Contact
from sonae.domain.window import IsHoliday, WindowState, answer_due, open_days, window_state


@cache
def _holidays() -> IsHoliday:
    rule: IsHoliday = import_string(settings.SONAE_HOLIDAYS)
    return rule


def window_at(contact: Contact, moment: datetime) -> WindowState:
    """Whether somebody answers the telephone at that moment."""
    return window_state(contact, moment, _holidays())


def answer_expected(contact: Contact, received_at: datetime) -> datetime | None:
    """Until when an answer to what came in then can be expected; None if the window doesn't open again."""
    return answer_due(contact, received_at, _holidays())


def days_open(contact: Contact, since: date, until: date) -> tuple[date, ...]:
    """The days of a period on which it opens; the last doesn't belong to the period."""
    return open_days(contact, since, until, _holidays())
