"""The sentence whether somebody answers the telephone now, at the server's moment and in Japan's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sonae.apps.contact.window import window_at
from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.product.definition import Contact
from sonae.domain.text import Text
from sonae.domain.window import day_words, hour_words


@dataclass(frozen=True, slots=True)
class WindowNow:
    """Open or not in a word, and until or from when. ``turns_at`` is the moment itself, for machines; None if never."""

    is_open: bool
    state: Text
    turns: Text
    turns_at: datetime | None


def window_now(contact: Contact, moment: datetime) -> WindowNow:
    """What holds at that moment."""
    found = window_at(contact, moment)
    if found.closes_at is not None:
        closes = hour_words(_hour(found.closes_at, japan_date(moment)))
        return WindowNow(
            is_open=True,
            state=Text("いま受付中です", "Open now"),
            turns=Text(f"（{closes.ja}まで）", f" (until {closes.en} JST)"),
            turns_at=found.closes_at,
        )
    return WindowNow(
        is_open=False,
        state=Text("いまは受付時間外です。", "Closed now."),
        turns=Text("", "") if found.opens_at is None else _opens(found.opens_at, japan_date(moment)),
        turns_at=found.opens_at,
    )


def _opens(opens_at: datetime, today: date) -> Text:
    day, hour = japan_date(opens_at), hour_words(opens_at.astimezone(JAPAN).hour)
    if day == today:
        return Text(f"今日は{hour.ja}から", f" Opens today at {hour.en} JST")
    words = day_words(day)
    return Text(f"次は{words.ja}{hour.ja}から", f" Opens {words.en} at {hour.en} JST")


def _hour(closes_at: datetime, today: date) -> int:
    """A window that closes at the end of the day closes at 24, not at 0."""
    there = closes_at.astimezone(JAPAN)
    return there.hour if there.date() == today else 24
