"""Who is a member when: what the organiser told us, in whatever order it came, as stretches of days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the organiser's list says of a member: its class and how it is called."""

    member_class: str
    name: str = ""
    name_kana: str = ""


@dataclass(frozen=True, slots=True)
class ToldOf:
    """From ``effective_date`` on the firm is a member with these particulars; ``None``: it is none.

    ``place`` orders what was told of one day: the later one wins.
    """

    effective_date: date
    place: tuple[float, int]  # when it was recorded, and the row among those of one moment
    particulars: Particulars | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A stretch of days with one set of particulars, half-open. ``until`` is None while no leaving is known."""

    since: date
    until: date | None
    particulars: Particulars


def winning_by_day(told: Iterable[ToldOf]) -> list[ToldOf]:
    """What holds of each day that something was told of, in order of days."""
    winning: dict[date, ToldOf] = {}
    for fact in told:
        known = winning.get(fact.effective_date)
        if known is None or fact.place > known.place:
            winning[fact.effective_date] = fact
    return [winning[day] for day in sorted(winning)]


def memberships(told: Iterable[ToldOf]) -> tuple[Membership, ...]:
    """The stretches in order. Neighbours touch where only the particulars changed; a gap is time without membership."""
    line = winning_by_day(told)
    found: list[Membership] = []
    days: list[date | None] = [fact.effective_date for fact in line]
    for fact, until in zip_longest(line, days[1:]):
        day, particulars = fact.effective_date, fact.particulars
        if particulars is None:
            continue
        last = found[-1] if found else None
        if last is not None and last.until == day and last.particulars == particulars:
            found[-1] = Membership(last.since, until, particulars)
        else:
            found.append(Membership(day, until, particulars))
    return tuple(found)
