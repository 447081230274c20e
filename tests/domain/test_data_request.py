"""Nothing is disclosed, corrected or deleted before it is known who asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.data_request import (
    Kind,
    Outcome,
    Standing,
    State,
    Step,
    next_steps,
    possible_outcomes,
    standing_of,
)


@pytest.mark.parametrize(
    ("proved", "steps", "state"),
    [
        (False, [], State.TO_PROVE),
        (True, [], State.OPEN),
        (False, [Step.DONE], State.TO_PROVE),
        (False, [Step.IDENTITY], State.OPEN),
        (False, [Step.IDENTITY, Step.TO_ORGANISER], State.WITH_ORGANISER),
        (True, [Step.TO_ORGANISER, Step.CORRECTED], State.OPEN),
        (False, [Step.ANSWERED], State.ANSWERED),
    ],
)
def test_it_stands_where_its_steps_led(proved: bool, steps: list[Step], state: State) -> None:
    assert standing_of(proved=proved, steps=steps).state == state


def test_a_correction_goes_to_the_organiser_once_and_a_deletion_is_done_once() -> None:
    known = Standing(State.OPEN, proved=True)
    assert next_steps(Kind.CORRECTION, known, []) == (Step.TO_ORGANISER, Step.DONE, Step.ANSWERED)
    assert next_steps(Kind.CORRECTION, known, [Step.TO_ORGANISER]) == (Step.DONE, Step.ANSWERED)
    assert next_steps(Kind.DELETION, known, []) == (Step.ERASED, Step.DONE, Step.ANSWERED)
    assert next_steps(Kind.DELETION, known, [Step.ERASED]) == (Step.DONE, Step.ANSWERED)
    assert next_steps(Kind.DISCLOSURE, known, []) == (Step.DONE, Step.ANSWERED)


@given(kind=st.sampled_from(Kind), proved=st.booleans(), walk=st.lists(st.integers(0, 5), max_size=12))
def test_nobody_who_isnt_known_gets_anything_and_everything_ends_with_the_answer(
    kind: Kind, proved: bool, walk: list[int]
) -> None:
    steps: list[Step] = []
    for choice in walk:
        standing = standing_of(proved=proved, steps=steps)
        following = next_steps(kind, standing, steps)
        if not following:
            assert steps[-1] == Step.ANSWERED
            break
        if not standing.proved:
            assert possible_outcomes(standing) == (Outcome.REFUSED,)
            assert not {Step.ERASED, Step.TO_ORGANISER, Step.CORRECTED} & set(following)
        steps.append(following[choice % len(following)])
    assert steps.count(Step.ANSWERED) <= 1
    assert steps.count(Step.ERASED) <= 1
