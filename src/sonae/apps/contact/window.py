"""The contact window by the holidays that the settings name: open or not, and when an answer can be expected."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.domain.product.definition import Contact
from sonae.domain.window import IsHoliday, WindowState, answer_due, open_days_between, time_open, window_state


@cache
def holidays() -> IsHoliday:
    """Whether a day is a holiday, as the settings name the rule."""
    rule: IsHoliday = import_string(settings.SONAE_HOLIDAYS)
    return rule


def window_at(contact: Contact, moment: datetime) -> WindowState:
    """Whether somebody answers the telephone at that moment."""
    return window_state(contact, moment, holidays())


def answer_expected(contact: Contact, received_at: datetime) -> datetime | None:
    """Until when an answer to what came in then can be expected; None if the window doesn't open again."""
    return answer_due(contact, received_at, holidays())


def open_between(contact: Contact, begin: datetime, end: datetime) -> timedelta:
    """How long the window was open between two moments."""
    return time_open(contact, begin, end, holidays())


def days_open(contact: Contact, since: date, until: date) -> tuple[date, ...]:
    """The days of a period on which it opens; the last doesn't belong to the period."""
    return open_days_between(contact, since, until, holidays())
