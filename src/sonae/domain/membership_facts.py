"""What a list or a change of the organiser adds to what is known of one member, and when a whole file is held.

``membership.py`` says which stretches of membership facts lead to. This is the rule by which facts come about, written out for one
member at a time. The database does the same for a million at once (``apps/membership/comparison.py``); tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sonae.domain.membership_feed.layout import Brake

Kind = Literal["joined", "changed", "left"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the organiser says of one member."""

    member_class: str
    name: str
    name_kana: str = ""
    email: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """From ``effective_date`` on this holds, until a fact of a later day says otherwise."""

    kind: Kind
    effective_date: date
    entry: Entry


def winning_fact(facts: Sequence[Fact], on: date) -> Fact | None:
    """The fact that rules on that day: of the latest day, and of that day the one recorded last. ``facts`` as recorded."""
    winner: Fact | None = None
    for fact in facts:
        if fact.effective_date <= on and (winner is None or fact.effective_date >= winner.effective_date):
            winner = fact
    return winner


def entry_on(facts: Sequence[Fact], on: date) -> Entry | None:
    """What is said of the member on that day; None before joining and after leaving."""
    fact = winning_fact(facts, on)
    return None if fact is None or fact.kind == "left" else fact.entry


def list_differences(
    facts: Mapping[str, Sequence[Fact]], listed: Mapping[str, Entry], *, kept: Collection[str], on: date
) -> dict[str, Fact]:
    """Number → the fact that a list of that day adds; nothing for a member of whom it says what is known.

    A number in ``kept`` has a row that can't be used: whoever it is stays as they are, member or not.
    """
    added: dict[str, Fact] = {}
    for number in {*facts, *listed}:
        known, said = entry_on(facts.get(number, ()), on), listed.get(number)
        if said is None:
            if known is not None and number not in kept:
                added[number] = Fact("left", on, known)
        elif known is None:
            added[number] = Fact("joined", on, said)
        elif known != said:
            added[number] = Fact("changed", on, said)
    return added


def change_to_record(facts: Sequence[Fact], change: Fact) -> Fact | None:
    """What one row of a file of changes adds: itself, unless the fact that wins on that very day says the same.

    It is recorded whatever is known of other days, so that the order in which files come never matters. Who leaves has no
    entry to compare; the one they had is written beside it for people to read.
    """
    winner = winning_fact(facts, change.effective_date)
    settled = winner is not None and winner.effective_date == change.effective_date and winner.kind == change.kind
    if change.kind != "left":
        return None if settled and winner is not None and winner.entry == change.entry else change
    if settled:
        return None
    return change if winner is None else replace(change, entry=winner.entry)


@dataclass(frozen=True, slots=True)
class TooManyEnd:
    """The file would end more of the members than the product allows at once."""

    ended: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ClassShrinks:
    """The file would halve a class of members, or worse."""

    member_class: str
    before: int
    after: int


def brake_reasons(
    before: Mapping[str, int], after: Mapping[str, int], *, ended: int, limits: Brake
) -> list[TooManyEnd | ClassShrinks]:
    """Why a file is held for a second person; nothing when it isn't. ``before`` and ``after`` are members by class.

    Exactly the share that the product names is still let through for those who end, and holds for a class.
    """
    reasons: list[TooManyEnd | ClassShrinks] = []
    members = sum(before.values())
    if ended * 1000 > members * limits.ended_permille:
        reasons.append(TooManyEnd(ended, members, sum(after.values())))
    for member_class, were in sorted(before.items()):
        are = after.get(member_class, 0)
        if (were - are) * 100 >= were * limits.class_halved_percent and are < were:
            reasons.append(ClassShrinks(member_class, were, are))
    return reasons
