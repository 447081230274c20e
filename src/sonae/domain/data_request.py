"""Where somebody's request about their personal data stands, and what may follow: a fold over its steps.

Nothing is disclosed, corrected or deleted before it is known who asks; a refusal says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is asked for (個人情報保護法 33–35)."""

    DISCLOSURE = "disclosure"
    CORRECTION = "correction"
    DELETION = "deletion"
    STOP_OF_USE = "stop_of_use"


class Step(StrEnum):
    """What is noted."""

    IDENTITY = "identity"  # who asks is proved
    TO_ORGANISER = "to_organiser"  # only the organiser can correct its list
    CORRECTED = "corrected"  # and has done so
    ERASED = "erased"
    DONE = "done"  # anything else that was done
    ANSWERED = "answered"


class Outcome(StrEnum):
    """How it was answered."""

    GRANTED = "granted"
    IN_PART = "in_part"
    REFUSED = "refused"


class State(StrEnum):
    """Where it stands."""

    TO_PROVE = "to_prove"
    OPEN = "open"
    WITH_ORGANISER = "with_organiser"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Standing:
    """After the steps that were noted."""

    state: State
    proved: bool


def standing_of(*, proved: bool, steps: Sequence[Step]) -> Standing:
    """``proved``: it was known from the first who asks, as they had signed in."""
    known = proved or Step.IDENTITY in steps
    if Step.ANSWERED in steps:
        return Standing(State.ANSWERED, known)
    if Step.TO_ORGANISER in steps and Step.CORRECTED not in steps:
        return Standing(State.WITH_ORGANISER, known)
    return Standing(State.OPEN if known else State.TO_PROVE, known)


def next_steps(kind: Kind, standing: Standing, steps: Sequence[Step]) -> tuple[Step, ...]:
    """What may be noted now; an answered request is at its end, and whoever is not content asks anew or complains."""
    match standing.state:
        case State.ANSWERED:
            return ()
        case State.TO_PROVE:
            return (Step.IDENTITY, Step.DONE, Step.ANSWERED)
        case State.WITH_ORGANISER:
            return (Step.CORRECTED, Step.DONE, Step.ANSWERED)
        case State.OPEN:
            return (*_work_on(kind, steps), Step.DONE, Step.ANSWERED)


def _work_on(kind: Kind, steps: Sequence[Step]) -> tuple[Step, ...]:
    if kind == Kind.CORRECTION and Step.TO_ORGANISER not in steps:
        return (Step.TO_ORGANISER,)
    if kind == Kind.DELETION and Step.ERASED not in steps:
        return (Step.ERASED,)
    return ()


def possible_outcomes(standing: Standing) -> tuple[Outcome, ...]:
    """Whoever isn't known can only be refused."""
    return tuple(Outcome) if standing.proved else (Outcome.REFUSED,)
