"""Is the audit log's chain intact? Takes the links one after the other and says what doesn't fit, where and in which way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sonae.domain.audit_chain import START, Day, Entry, Link, day_of, japan_day, link_digest

MOST_FINDINGS = 100
LOOKED_BACK = 50  # so many links put in or taken out in one place are told from a chain that breaks
MOST_REORDERED = 12  # so many places are tried in every order
LONGEST_LOG = timedelta(days=36_525)  # a moment that was changed into another age makes no days


class Fault(StrEnum):
    """What is wrong with a place of the chain."""

    ENTRY_ALTERED = "entry altered"
    ENTRY_REMOVED = "entry removed"
    LINK_ALTERED = "link altered"
    LINK_REMOVED = "links removed"
    LINK_INSERTED = "link inserted"
    ALTERED = "entry or link altered"
    REORDERED = "reordered"
    BROKEN = "does not follow"
    DAY_ALTERED = "day does not fit"
    DAY_REMOVED = "day missing"
    NOT_LINKED = "entry not linked"
    NOT_IN_CHAIN = "digest not in this chain"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that doesn't fit. ``position`` is 0 and ``entry_id`` None where there is none."""

    fault: Fault
    position: int = 0
    entry_id: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Misfit:
    """A link that doesn't follow from the one before it, and the digest it should have followed."""

    link: Link
    base: str
    neighbour: Link | None


class ChainCheck:
    """Takes the links in the order of their positions, then says what it found; holds a few of them at a time."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.links = 0
        self.stopped = False
        self._last: Link | None = None
        self._base = START
        self._shift = 0  # how much further on a link stood once
        self._digests: deque[str] = deque([START], maxlen=LOOKED_BACK + 1)
        self._waiting: tuple[_Misfit, str] | None = None  # told of with the next link, and the digest it should have
        self._misfits: list[_Misfit] = []
        self._missing: list[int] = []
        self._days: dict[date, tuple[int, str]] = {}  # the last link of each

    def take(self, link: Link) -> None:
        """Look at the next link. Once there are ``MOST_FINDINGS``, the rest is only counted."""
        self.links += 1
        self._count_day(link)
        if not self.stopped:
            self._look_at(link)
            self.stopped = len(self.findings) >= MOST_FINDINGS
        self._last = link
        self._digests.append(link.digest)

    def end(self) -> list[Finding]:
        """Everything that was found, by position."""
        if self._waiting is not None:
            misfit, _ = self._waiting
            self._find(self._kind_of(misfit, None, Fault.ALTERED), misfit.link)
            self._waiting = None
        if not self.stopped:
            self._tell_reordered()
        return sorted(self.findings, key=lambda one: one.position)

    # --- One link --------------------------------------------------------------------------------------------------

    def _look_at(self, link: Link) -> None:
        expected = self._last.position + 1 if self._last else 1
        if link.position > expected:
            self._skip(link, expected)
        elif link.entry is None:
            self._tell_waiting(link)
            self._find(Fault.ENTRY_REMOVED, link)
            self._base = link.digest
        elif self._waiting is not None:
            self._follow_misfit(link, link.entry)
        elif self._digest(link, self._base, link.entry) == link.digest:
            self._base = link.digest
        else:
            self._misfit(link, link.entry)

    def _skip(self, link: Link, expected: int) -> None:
        """Positions are missing; the link after them can only be believed, unless it was moved here."""
        self._tell_waiting(None)
        last = link.position - 1
        words = f"position {expected:,}" if last == expected else f"positions {expected:,} to {last:,}"
        self.findings.append(Finding(Fault.LINK_REMOVED, expected, None, words))
        self._missing += range(expected, min(last + 1, expected + MOST_REORDERED))
        self._misfits.append(_Misfit(link, self._last.digest if self._last else START, self._last))
        self._base = link.digest

    def _misfit(self, link: Link, entry: Entry) -> None:
        """It doesn't follow. Either links were put in before it, or the next link will tell."""
        misfit = _Misfit(link, self._base, self._last)
        self._misfits.append(misfit)
        if self._after_inserted(link, entry):
            return
        self._waiting = (misfit, self._digest(link, self._base, entry))
        self._base = link.digest

    def _follow_misfit(self, link: Link, entry: Entry) -> None:
        """The link before this one didn't follow: this one shows which side of it was changed."""
        misfit, should_be = self._waiting or (_Misfit(link, self._base, None), "")
        if self._digest(link, misfit.link.digest, entry) == link.digest:
            self._find(self._kind_of(misfit, link, Fault.ENTRY_ALTERED), misfit.link)
        elif self._digest(link, should_be, entry) == link.digest:
            self._find(Fault.LINK_ALTERED, misfit.link)
        elif self._after_inserted(link, entry):
            self._misfits.append(_Misfit(link, misfit.base, misfit.link))
            self._waiting = None
            return
        elif (gone := self._after_removed(link, entry, misfit.link.digest)) is not None:
            said = "one position" if gone == 1 else f"{gone:,} positions"
            self.findings.append(
                Finding(Fault.LINK_REMOVED, misfit.link.position, None, f"{said} before it, closed up")
            )
            self._shift += gone
        else:
            self._find(Fault.BROKEN, misfit.link)
            self._waiting = None
            self._misfit(link, entry)
            return
        self._waiting = None
        self._base = link.digest

    def _after_inserted(self, link: Link, entry: Entry) -> bool:
        """Whether the link fits once those are left out that stand right before it."""
        digests = list(self._digests)
        for put_in in range(1, len(digests)):
            if self._digest(link, digests[-1 - put_in], entry, by=-put_in) == link.digest:
                first = link.position - put_in
                words = f"{put_in:,} of them" if put_in > 1 else ""
                self.findings.append(Finding(Fault.LINK_INSERTED, first, None, words))
                self._shift -= put_in
                self._base = link.digest
                return True
        return False

    def _after_removed(self, link: Link, entry: Entry, previous: str) -> int | None:
        for gone in range(1, LOOKED_BACK + 1):
            if self._digest(link, previous, entry, by=gone) == link.digest:
                return gone
        return None

    def _digest(self, link: Link, previous: str, entry: Entry, *, by: int = 0) -> str:
        return link_digest(
            previous=previous,
            position=link.position + self._shift + by,
            sealed_at=link.sealed_at,
            horizon=link.horizon,
            entry=entry,
        )

    def _kind_of(self, misfit: _Misfit, following: Link | None, otherwise: Fault) -> Fault:
        """A moment or horizon that was changed is found by trying those of the neighbours, which were sealed together with it."""
        entry = misfit.link.entry
        for beside in (misfit.neighbour, following):
            if beside is None or entry is None:
                continue
            for tried in (
                replace(misfit.link, sealed_at=beside.sealed_at),
                replace(misfit.link, horizon=beside.horizon),
            ):
                if self._digest(tried, misfit.base, entry) == misfit.link.digest:
                    return Fault.LINK_ALTERED
        return otherwise

    def _tell_waiting(self, link: Link | None) -> None:
        if self._waiting is not None:
            misfit, _ = self._waiting
            self._find(self._kind_of(misfit, link, Fault.ALTERED), misfit.link)
            self._waiting = None

    def _find(self, fault: Fault, link: Link) -> None:
        self.findings.append(Finding(fault, link.position, link.entry_id))

    # --- Links that changed places ---------------------------------------------------------------------------------

    def _tell_reordered(self) -> None:
        """Where everything that doesn't fit would fit in another order, that is what is told."""
        misfits = self._misfits
        if not 0 < len(misfits) <= MOST_REORDERED or any(one.fault == Fault.ENTRY_REMOVED for one in self.findings):
            return
        moved = {one.link.position for one in misfits if self._stood_elsewhere(one)}
        if moved and all(one.link.position in moved or self._still_fits(one) for one in misfits):
            self.findings = [
                Finding(Fault.REORDERED, one.link.position, one.link.entry_id)
                for one in misfits
                if one.link.position in moved
            ]

    def _stood_elsewhere(self, misfit: _Misfit) -> bool:
        link = misfit.link
        places = {other.link.position for other in self._misfits} | set(self._missing)
        for place in places - {link.position}:
            if any(_fits(link, previous, place, link.entry) for previous in self._known_digests()):
                return True
        others = (other.link.entry for other in self._misfits if other.link is not link)
        return any(_fits(link, misfit.base, link.position, entry) for entry in others)

    def _still_fits(self, misfit: _Misfit) -> bool:
        link = misfit.link
        return any(_fits(link, previous, link.position, link.entry) for previous in self._known_digests())

    def _known_digests(self) -> Iterator[str]:
        for one in self._misfits:
            yield one.base
            yield one.link.digest

    # --- Days ------------------------------------------------------------------------------------------------------

    def _count_day(self, link: Link) -> None:
        day = japan_day(link.sealed_at)
        if day is not None:
            self._days[day] = (link.position, link.digest)

    def days_until(self, last: date) -> Iterator[Day]:
        """The days that the links make, from the first link's to ``last``; those on which nothing was sealed among them."""
        if not self._days:
            return
        day = max(min(self._days), last - LONGEST_LOG)
        earlier = max((one for one in self._days if one < day), default=None)
        before, chain_digest = self._days[earlier] if earlier else (0, START)
        while day <= last:
            position, chain_digest = self._days.get(day, (before, chain_digest))
            yield day_of(day=day, last_position=position, entries=position - before, chain_digest=chain_digest)
            before, day = position, day + timedelta(days=1)


def _fits(link: Link, previous: str, position: int, entry: Entry | None) -> bool:
    return entry is not None and link.digest == link_digest(
        previous=previous, position=position, sealed_at=link.sealed_at, horizon=link.horizon, entry=entry
    )


def check_days(*, made: Iterable[Day], written: Iterable[Day], due_until: date) -> Iterator[Finding]:
    """The days that were written down beside those that the links make; ``due_until`` is the last that must be there."""
    expected = {one.day: one for one in made}
    found = {one.day: one for one in written}
    for day in sorted(expected.keys() | found.keys()):
        if day not in found:
            if day <= due_until or day < max(found, default=day):
                yield Finding(Fault.DAY_REMOVED, words=day.isoformat())
        elif found[day] != expected.get(day):
            yield Finding(Fault.DAY_ALTERED, words=day.isoformat())
