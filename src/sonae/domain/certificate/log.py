"""The log of a certificate: dated acts, each with the fields that it sets, and what they say of a day.

A day's content is the fold of the live acts by effective date, then by when they were recorded (docs/algorithms/fold.md). So
the order of recording doesn't matter for acts of different days, and undoing an act leaves no trace in the content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from sonae.domain.period import Term


class Kind(StrEnum):
    """What an act is called in the trade."""

    NEW = "new"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    REINSTATEMENT = "reinstatement"  # undoes a cancellation
    REVERSAL = "reversal"  # undoes any other act


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the log. ``patch`` holds the fields that it sets, those of a group as "applicant.city"; ``reverses`` is the
    number of the act that it undoes."""

    seq: int
    kind: Kind
    effective_date: date
    recorded_at: datetime
    patch: Mapping[str, object] = field(default_factory=dict)
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which nothing changes, with the fields that hold on them."""

    term: Term
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A later day on which another live act sets a field that the new act sets too, to something else.

    From ``later_from`` on ``later_value`` holds, unless a person decides that the new value goes on.
    """

    field: str
    value: object
    later_seq: int
    later_from: date
    later_value: object


def known_at(acts: Iterable[Act], moment: datetime) -> tuple[Act, ...]:
    """The log as it stood at that moment. What is recorded later never changes this answer."""
    return tuple(act for act in acts if act.recorded_at <= moment)


def live(acts: Iterable[Act]) -> tuple[Act, ...]:
    """The acts that count, in the order in which they are laid over each other.

    An act is undone where a living act reverses it; so what reverses a reversal brings the first act back.
    """
    undone: set[int] = set()
    counted = []
    # Only a later act can reverse one, so from the end every act's own fate is known when it is reached.
    for act in sorted(acts, key=lambda act: act.seq, reverse=True):
        if act.seq in undone:
            continue
        if act.reverses is not None:
            undone.add(act.reverses)
        if act.kind not in {Kind.REINSTATEMENT, Kind.REVERSAL}:
            counted.append(act)
    return tuple(sorted(counted, key=lambda act: (act.effective_date, act.recorded_at, act.seq)))


def fields_on(acts: Iterable[Act], day: date) -> dict[str, object]:
    """Every field in effect on the day; empty before the first act takes effect."""
    fields: dict[str, object] = {}
    for act in live(acts):
        if act.effective_date <= day:
            fields.update(act.patch)
    return fields


def cancelled_on(acts: Iterable[Act]) -> date | None:
    """The day from which the certificate is cancelled; None where it runs to the expiry of its scheme year."""
    return min((act.effective_date for act in live(acts) if act.kind == Kind.CANCELLATION), default=None)


def stretches(acts: Iterable[Act], term: Term) -> tuple[Stretch, ...]:
    """The term cut where something changes; the pieces tile it without gap or overlap. Cancellations are not looked at."""
    counted = live(acts)
    inside = {act.effective_date for act in counted if term.start_on < act.effective_date < term.expiry_on}
    edges = [term.start_on, *sorted(inside), term.expiry_on]
    pieces = []
    for start_on, end_on in pairwise(edges):
        fields: dict[str, object] = {}
        for act in counted:
            if act.effective_date <= start_on:
                fields.update(act.patch)
        pieces.append(Stretch(Term(start_on, end_on), fields))
    return tuple(pieces)


def find_conflicts(acts: Iterable[Act], patch: Mapping[str, object], effective_date: date) -> tuple[Conflict, ...]:
    """What a new act of that day would run into, earliest first: each field that a later-effective act sets otherwise."""
    return tuple(
        Conflict(name, patch[name], act.seq, act.effective_date, value)
        for act in live(acts)
        if act.effective_date > effective_date
        for name, value in sorted(act.patch.items())
        if name in patch and value != patch[name]
    )


def act_to_reverse(acts: Iterable[Act], seq: int) -> int:
    """Which act a new one has to name so that act ``seq`` changes sides: itself, or the last in the chain of its reversals."""
    by_target = {act.reverses: act.seq for act in acts if act.reverses is not None}
    while seq in by_target:
        seq = by_target[seq]
    return seq


def flat(patch: Mapping[str, object]) -> dict[str, object]:
    """Groups of fields one by one, {"insured": {"name": …}} as {"insured.name": …}: acts on parts don't disturb each other."""
    fields: dict[str, object] = {}
    for name, value in patch.items():
        if isinstance(value, Mapping):
            fields.update({f"{name}.{part}": inner for part, inner in value.items()})
        else:
            fields[name] = value
    return fields


def grouped(fields: Mapping[str, object]) -> dict[str, object]:
    """The inverse of ``flat``."""
    whole: dict[str, object] = {}
    for name, value in fields.items():
        group, dot, part = name.partition(".")
        if dot:
            inner = whole.setdefault(group, {})
            if isinstance(inner, dict):
                inner[part] = value
        else:
            whole[name] = value
    return whole
