"""Where a complaint stands, how grave it is, until when it is answered and what was found: a fold over its steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum


class Step(StrEnum):
    """What somebody notes in the register."""

    DONE = "done"  # something was done about it
    GRADED = "graded"  # it is graver, or lighter, than was thought
    ANSWERED = "answered"
    CAUSE = "cause"  # why it came about, and what keeps it from coming again
    CLOSED = "closed"
    REOPENED = "reopened"


class State(StrEnum):
    """Where it stands."""

    OPEN = "open"
    ANSWERED = "answered"  # the cause isn't noted yet, or nobody has closed it
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Noted:
    """One step: what, on which day, and the words and codes that go with it."""

    kind: Step
    on: date
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a complaint stands after its steps."""

    state: State
    gravity: str
    due_on: date
    answered_on: date | None = None
    cause: str = ""
    prevention: str = ""


def standing_of(*, received_on: date, gravity: str, days: Mapping[str, int], steps: Iterable[Noted]) -> Standing:
    """``days``: until when an answer is owed, by how grave it is, in calendar days after the one on which it came in."""
    standing = Standing(State.OPEN, gravity, received_on + timedelta(days=days[gravity]))
    for step in steps:
        standing = _after(standing, step, received_on, days)
    return standing


def _after(standing: Standing, step: Noted, received_on: date, days: Mapping[str, int]) -> Standing:
    match step.kind:
        case Step.GRADED:
            gravity = step.facts["gravity"]
            return replace(standing, gravity=gravity, due_on=received_on + timedelta(days=days[gravity]))
        case Step.ANSWERED:
            return replace(standing, state=State.ANSWERED, answered_on=step.on)
        case Step.CAUSE:
            return replace(standing, cause=step.facts["text"], prevention=step.facts["prevention"])
        case Step.CLOSED:
            return replace(standing, state=State.CLOSED)
        case Step.REOPENED:  # a new answer is owed; the day by which it was owed stays, so that nothing looks early
            return replace(standing, state=State.OPEN, answered_on=None)
        case Step.DONE:
            return standing


def next_steps(standing: Standing) -> tuple[Step, ...]:
    """What may be noted now. Nothing is closed before it was answered and its cause and the prevention are noted."""
    match standing.state:
        case State.OPEN:
            return (Step.DONE, Step.ANSWERED, Step.CAUSE, Step.GRADED)
        case State.ANSWERED:
            closing = (Step.CLOSED,) if standing.cause else ()
            return (Step.DONE, Step.CAUSE, *closing, Step.REOPENED)
        case State.CLOSED:
            return (Step.REOPENED,)


def is_overdue(standing: Standing, today: date) -> bool:
    """The last day has passed and no answer was given."""
    return standing.answered_on is None and today > standing.due_on
