"""The free cover that a membership leads to, and what has to be done to certificates so that they say the same (F05).

Days are half-open as everywhere: a cover that ends on a day is in force up to the hour of that day at which terms turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sonae.domain.membership import Membership, Particulars
from sonae.domain.period import Term, add_months
from sonae.domain.product.definition import ClassChange, FreeCover


@dataclass(frozen=True, slots=True)
class CoverYear:
    """A scheme year with the rules of its product version. In one that is over nothing is issued any more."""

    term: Term
    rules: FreeCover
    may_issue: bool = True


@dataclass(frozen=True, slots=True)
class WantedCover:
    """A certificate that there should be: ``noted`` holds the particulars from its start, then those of each later change."""

    year: CoverYear
    term: Term
    noted: tuple[tuple[date, Particulars], ...]

    @property
    def cancelled_on(self) -> date | None:
        """None where the cover runs to the expiry of its scheme year."""
        return None if self.term.expiry_on == self.year.term.expiry_on else self.term.expiry_on


@dataclass(frozen=True, slots=True)
class NotedParticulars:
    """What a certificate's log says from a day on; ``place`` orders what was noted of one day, the later wins."""

    effective_date: date
    place: int
    particulars: Particulars


@dataclass(frozen=True, slots=True)
class ExistingCover:
    """A certificate that there is, by any key, with its start, its cancellation and what was noted on it."""

    key: int
    year: Term
    starts_on: date
    cancelled_on: date | None = None
    noted: tuple[NotedParticulars, ...] = ()

    @property
    def ends_on(self) -> date:
        return min(self.cancelled_on or self.year.expiry_on, self.year.expiry_on)

    @property
    def is_empty(self) -> bool:
        """Whether it covers no day: cancelled from its start."""
        return self.ends_on <= self.starts_on


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the certificate on the day; ``was`` is the day on which it ended before by an earlier cancellation."""

    key: int
    on: date
    was: date | None


@dataclass(frozen=True, slots=True)
class Reinstate:
    """Let the certificate run to its expiry again; ``was`` is the day of the cancellation that no longer holds."""

    key: int
    was: date


@dataclass(frozen=True, slots=True)
class Issue:
    """A new certificate."""

    wanted: WantedCover


@dataclass(frozen=True, slots=True)
class Note:
    """Note on the certificate that from the day on the member's particulars are these."""

    key: int
    on: date
    particulars: Particulars


Act = Cancel | Reinstate | Issue | Note


@dataclass
class _Stretch:
    """Days of cover before scheme years cut them."""

    start_on: date
    end_on: date | None
    noted: list[tuple[date, Particulars]] = field(default_factory=list)


def wanted_covers(
    held: Sequence[Membership], years: Iterable[CoverYear], *, ended_on: date | None = None
) -> tuple[WantedCover, ...]:
    """The certificates that these memberships lead to, in order. From ``ended_on`` on there is no free cover at all."""
    found = []
    for year in years:
        for stretch in _stretches(held, year):
            ends = [day for day in (stretch.end_on, year.term.expiry_on, ended_on) if day is not None]
            start_on, end_on = max(stretch.start_on, year.term.start_on), min(ends)
            if start_on < end_on:
                found.append(WantedCover(year, Term(start_on, end_on), _noted(stretch, start_on, end_on)))
    return tuple(sorted(found, key=lambda cover: cover.term))


def acts_needed(existing: Iterable[ExistingCover], wanted: Iterable[WantedCover]) -> tuple[Act, ...]:
    """What makes ``existing`` say what ``wanted`` says, in an order in which no two covers ever overlap.

    A certificate keeps its start for good: one whose start is no longer wanted is cancelled from that start.
    """
    spare: dict[tuple[date, date], list[ExistingCover]] = {}
    for cover in sorted(existing, key=lambda cover: (cover.is_empty, cover.key)):
        spare.setdefault((cover.year.start_on, cover.starts_on), []).append(cover)
    shorter: list[Act] = []
    longer: list[Act] = []
    for needed in wanted:
        kept = spare.get((needed.year.term.start_on, needed.term.start_on))
        if kept:
            _bring_into_line(kept.pop(0), needed, shorter, longer)
        elif needed.year.may_issue:
            longer.append(Issue(needed))
    left_over = [cover for covers in spare.values() for cover in covers if not cover.is_empty]
    for cover in sorted(left_over, key=lambda cover: cover.key):
        shorter.append(Cancel(cover.key, cover.starts_on, cover.cancelled_on))
    return (*shorter, *longer)


def _bring_into_line(cover: ExistingCover, wanted: WantedCover, shorter: list[Act], longer: list[Act]) -> None:
    if cover.ends_on > wanted.term.expiry_on:
        shorter.append(Cancel(cover.key, wanted.term.expiry_on, cover.cancelled_on))
    elif cover.ends_on < wanted.term.expiry_on and cover.cancelled_on is not None:
        if wanted.cancelled_on is None:
            longer.append(Reinstate(cover.key, cover.cancelled_on))
        else:
            longer.append(Cancel(cover.key, wanted.cancelled_on, cover.cancelled_on))
    longer.extend(_notes_needed(cover, wanted))


def _notes_needed(cover: ExistingCover, wanted: WantedCover) -> list[Act]:
    """On each day on which something changes, or was said to change, the log has to say what is wanted of that day."""
    noted = list(cover.noted)
    days = {day for day, _ in wanted.noted} | {
        note.effective_date for note in noted if note.effective_date in wanted.term
    }
    needed: list[Act] = []
    for day in sorted(days):
        right = next(particulars for since, particulars in reversed(wanted.noted) if since <= day)
        if particulars_on(noted, day) != right:
            needed.append(Note(cover.key, day, right))
            place = 1 + max((note.place for note in noted), default=0)
            noted.append(NotedParticulars(day, place, right))
    return needed


def particulars_on(noted: Iterable[NotedParticulars], day: date) -> Particulars | None:
    """What the log says of that day; None if it says nothing yet."""
    known = [note for note in noted if note.effective_date <= day]
    return max(known, key=lambda note: (note.effective_date, note.place)).particulars if known else None


def _stretches(held: Sequence[Membership], year: CoverYear) -> list[_Stretch]:
    """Memberships with the grace that the rules give, joined where one cover goes on into the next."""
    found: list[_Stretch] = []
    for block in _unbroken(held):
        start_on = _first_day(block.start_on, year.rules)
        end_on = None if block.end_on is None else _last_day(block.end_on, year)
        if end_on is not None and end_on <= start_on:
            continue
        last = found[-1] if found else None
        if last is not None and last.end_on is not None and last.end_on >= start_on:
            last.end_on = end_on
            last.noted += block.noted
        else:
            found.append(_Stretch(start_on, end_on, block.noted))
    return [piece for stretch in found for piece in _pieces(stretch, year.rules.on_class_change)]


def _unbroken(held: Sequence[Membership]) -> list[_Stretch]:
    """Memberships that touch are one, whatever changed in between."""
    found: list[_Stretch] = []
    for membership in held:
        if found and found[-1].end_on == membership.since:
            found[-1].end_on = membership.until
            found[-1].noted.append((membership.since, membership.particulars))
        else:
            found.append(_Stretch(membership.since, membership.until, [(membership.since, membership.particulars)]))
    return found


def _pieces(stretch: _Stretch, on_class_change: ClassChange) -> list[_Stretch]:
    """The stretch as it is, or cut on each day on which the class becomes another."""
    if on_class_change == "continue":
        return [stretch]
    pieces = [_Stretch(stretch.start_on, stretch.end_on, [stretch.noted[0]])]
    for day, particulars in stretch.noted[1:]:
        last = pieces[-1]
        if particulars.member_class != last.noted[-1][1].member_class and day > last.start_on:
            pieces.append(_Stretch(day, last.end_on, [(day, particulars)]))
            last.end_on = day
        else:
            last.noted.append((day, particulars))
    return pieces


def _noted(stretch: _Stretch, start_on: date, end_on: date) -> tuple[tuple[date, Particulars], ...]:
    """What holds on the first day, then each change up to the end."""
    noted: list[tuple[date, Particulars]] = []
    for day, particulars in stretch.noted:
        if day <= start_on:
            noted = [(start_on, particulars)]
        elif day < end_on and (not noted or noted[-1][1] != particulars):
            noted.append((day, particulars))
    return tuple(noted)


def _first_day(joined_on: date, rules: FreeCover) -> date:
    return joined_on if rules.starts == "day_of_joining" else first_of_month_from(joined_on)


def _last_day(left_on: date, year: CoverYear) -> date:
    """The day on which the cover of a member ends that is none any more from ``left_on`` on."""
    if year.rules.ends == "first_of_next_month":
        return first_of_month_from(left_on)
    if year.rules.ends == "expiry" and year.term.start_on < left_on < year.term.expiry_on:
        return year.term.expiry_on
    return left_on


def first_of_month_from(day: date) -> date:
    """The day itself if it is the first of a month, else the first of the next one."""
    return day if day.day == 1 else add_months(day.replace(day=1), 1)
