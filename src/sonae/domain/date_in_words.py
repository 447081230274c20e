"""A day as people read it, in both languages."""

from __future__ import annotations

from datetime import date

from sonae.domain.text import Text

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def date_in_words(day: date) -> Text:
    """2026年12月1日 / 1 December 2026."""
    return Text(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {MONTHS[day.month - 1]} {day.year}")
