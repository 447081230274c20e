"""The chain of the audit log: every link's digest covers the link before it, so nothing in it can change, go or move unseen.

A digest is SHA-256 over one line of JSON, keys in order, so that others can work it out again (docs/algorithms/audit-chain.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sonae.domain.calendar import JAPAN, japan_date

START = "0" * 64  # what the first link follows
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log, every field of it. Moments are seconds since 1970 with six decimals; ``detail`` is JSON as the
    database writes it, which is one and the same for one content."""

    id: int
    written_in: int
    occurred_at: str
    actor: str
    action: str
    object_kind: str
    object_id: str
    detail: str

    def as_dict(self) -> dict[str, str | int]:
        """Its fields by their names."""
        return {
            "action": self.action,
            "actor": self.actor,
            "detail": self.detail,
            "id": self.id,
            "object_id": self.object_id,
            "object_kind": self.object_kind,
            "occurred_at": self.occurred_at,
            "written_in": self.written_in,
        }


@dataclass(frozen=True, slots=True)
class Link:
    """One place of the chain. ``entry`` is None where the entry is gone."""

    position: int
    entry_id: int
    sealed_at: str
    horizon: int
    digest: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Day:
    """What had been sealed when a day ended in Japan. Its digest can be kept elsewhere: it follows from the links alone."""

    day: date
    last_position: int
    entries: int
    digest: str


def link_digest(*, previous: str, position: int, sealed_at: str, horizon: int, entry: Entry) -> str:
    """The digest of the link at that position, in hexadecimal."""
    return _digest(
        {
            "entry": entry.as_dict(),
            "horizon": horizon,
            "position": position,
            "previous": previous,
            "sealed_at": sealed_at,
        }
    )


def day_of(*, day: date, last_position: int, entries: int, chain_digest: str) -> Day:
    """The day with its digest; ``chain_digest`` is that of the link at the last position."""
    said = {"chain": chain_digest, "day": day.isoformat(), "entries": entries, "last_position": last_position}
    return Day(day, last_position, entries, _digest(said))


def _digest(said: Mapping[str, object]) -> str:
    line = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def seconds_of(moment: datetime) -> str:
    """1795482000.000000: as PostgreSQL writes the seconds since 1970 of a moment."""
    microseconds = (moment - EPOCH) // timedelta(microseconds=1)
    return f"{Decimal(microseconds).scaleb(-6):.6f}"


def japan_day(seconds: str) -> date | None:
    """The date in Japan at that moment; None for one that no calendar reaches."""
    try:
        return japan_date(EPOCH + timedelta(microseconds=int(Decimal(seconds).scaleb(6))))
    except (ArithmeticError, ValueError):
        return None


def end_of(day: date) -> datetime:
    """The moment in Japan at which the day is over."""
    return datetime.combine(day + timedelta(days=1), time.min, JAPAN)
