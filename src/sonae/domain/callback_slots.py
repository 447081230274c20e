"""Which half hours a visitor may be called in: within the window's hours, on its open days, not too soon and not too far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.product.definition import Contact
from sonae.domain.product.desk import CallbackRules
from sonae.domain.window import IsHoliday, open_days, opening_hours

CODE = "%Y-%m-%dT%H:%M"
LONGEST_CODE = 16


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Half-open. Its code is its beginning on the wall in Japan, 2026-11-25T14:00."""

    begins_at: datetime
    ends_at: datetime

    @property
    def code(self) -> str:
        return self.begins_at.astimezone(JAPAN).strftime(CODE)

    @property
    def day(self) -> date:
        return japan_date(self.begins_at)


def slots_of_day(contact: Contact, rules: CallbackRules, day: date, is_holiday: IsHoliday) -> tuple[Slot, ...]:
    """All of them, in order; none on a day on which the window doesn't open, or where calls aren't booked."""
    if not rules.are_booked or day not in open_days(contact, day, 1, is_holiday):
        return ()
    begin, end = opening_hours(contact, day)
    length = timedelta(minutes=rules.slot_minutes)
    slots = []
    while begin + length <= end:
        slots.append(Slot(begin, begin + length))
        begin += length
    return tuple(slots)


def slots_on_offer(contact: Contact, rules: CallbackRules, now: datetime, is_holiday: IsHoliday) -> tuple[Slot, ...]:
    """Those that can be asked for at that moment, whoever else has asked for them."""
    earliest = now + timedelta(minutes=rules.notice_minutes)
    days = open_days(contact, japan_date(now), rules.open_days_ahead, is_holiday)
    return tuple(
        slot for day in days for slot in slots_of_day(contact, rules, day, is_holiday) if slot.begins_at >= earliest
    )


def find_slot(code: str, contact: Contact, rules: CallbackRules, now: datetime, is_holiday: IsHoliday) -> Slot | None:
    """The slot of that code, among those on offer."""
    return next((slot for slot in slots_on_offer(contact, rules, now, is_holiday) if slot.code == code), None)
