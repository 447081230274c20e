"""Where a referral stands, and what may follow: from consent by passing it on to what the agency answers, or to its deletion.

What is kept are moments and steps, each once and in their order; where the referral stands is worked out from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

# What each item of the consent (its code in consultation.toml) lets us pass on: exactly these fields of the consultation.
PASSED_FIELDS: dict[str, tuple[str, ...]] = {
    "contact": ("firm", "name", "kana", "telephone", "email", "preferred_time"),
    "risk": ("industry", "annual_sales"),
    "message": ("message",),
}


class Step(StrEnum):
    """What the agency tells us of a referral that was passed to it."""

    TAKEN = "taken"
    CONTACTED = "contacted"
    CONCLUDED = "concluded"
    NOT_CONCLUDED = "not_concluded"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"  # the person wants no offer after all
    DELETED = "deleted"  # after the consent was withdrawn


class State(StrEnum):
    """Where it stands."""

    WAITING = "waiting"  # there is consent; nothing was passed yet
    STOPPED = "stopped"  # withdrawn before anything was passed
    PASSED = "passed"
    TAKEN = "taken"
    CONTACTED = "contacted"
    CONCLUDED = "concluded"
    NOT_CONCLUDED = "not_concluded"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    TO_DELETE = "to_delete"  # withdrawn after it was passed: the agency has to delete it and say so
    DELETED = "deleted"


OUTCOMES = frozenset({Step.CONCLUDED, Step.NOT_CONCLUDED, Step.NOT_REACHED, Step.DECLINED})
OPEN = frozenset({State.WAITING, State.PASSED, State.TAKEN, State.CONTACTED, State.TO_DELETE})


def state_of(*, passed: bool, withdrawn: bool, steps: Sequence[Step]) -> State:
    """The last step counts; a withdrawal counts before every step but the deletion."""
    if not passed:
        return State.STOPPED if withdrawn else State.WAITING
    if withdrawn:
        return State.DELETED if Step.DELETED in steps else State.TO_DELETE
    return State(steps[-1]) if steps else State.PASSED


def next_steps(state: State) -> tuple[Step, ...]:
    """What the agency may tell us now. Another outcome puts an outcome right; only the deletion follows a withdrawal."""
    match state:
        case State.PASSED:
            return (Step.TAKEN,)
        case State.TAKEN | State.CONTACTED:
            return (Step.CONTACTED, *_outcomes())
        case State.CONCLUDED | State.NOT_CONCLUDED | State.NOT_REACHED | State.DECLINED:
            return tuple(one for one in _outcomes() if one.value != state.value)
        case State.TO_DELETE:
            return (Step.DELETED,)
        case _:
            return ()


def _outcomes() -> tuple[Step, ...]:
    return tuple(one for one in Step if one in OUTCOMES)
