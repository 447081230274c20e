"""Which period, day and part of the programme a figure is asked for. Days are Japan's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sonae.domain.calendar import JAPAN


@dataclass(frozen=True, slots=True)
class OpenDays:
    """When the contact window answers: its open days within the period, and its hours."""

    days: tuple[date, ...] = ()
    opens_hour: int = 0
    closes_hour: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """``since`` belongs to the period, ``until`` does not. ``chosen`` holds one value for each group that is narrowed down."""

    since: date
    until: date
    on: date
    today: date
    chosen: Mapping[str, str] = field(default_factory=dict)
    window: OpenDays = OpenDays()

    def values(self) -> dict[str, Any]:
        """What the statements take."""
        return {
            "since": self.since,
            "until": self.until,
            "since_at": datetime.combine(self.since, time(), JAPAN),
            "until_at": datetime.combine(self.until, time(), JAPAN),
            "on": self.on,
            "today": self.today,
            "open_days": list(self.window.days),
            "opens_hour": self.window.opens_hour,
            "closes_hour": self.window.closes_hour,
            **{f"chosen_{group}": value for group, value in self.chosen.items()},
        }
