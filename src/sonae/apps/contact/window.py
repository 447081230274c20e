"""The contact window by the holidays that the settings name: open or not, and when an answer can be expected."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from sonae.domain.product.definition import Contact
from sonae.domain.text import Text
from sonae.domain.window import IsHoliday, WindowState, answer_due, part_of_day, window_state

NOON = 12


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


def times_of_day(contact: Contact) -> dict[str, Text]:
    """When somebody may be called, within the window's own hours. Kept by its code."""
    times = {"any": Text("受付時間のあいだはいつでも", "Any time while the window is open")}
    if contact.opens_hour < NOON < contact.closes_hour:
        times["morning"] = part_of_day(contact.opens_hour, NOON)
        times["afternoon"] = part_of_day(NOON, contact.closes_hour)
    return times
