"""A complaint's day and state are a fold over what was noted, and nothing is closed without answer, cause and prevention."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.complaint import Noted, Standing, State, Step, is_overdue, next_steps, standing_of

DAYS = {"light": 14, "serious": 7, "grave": 3}
RECEIVED = date(2026, 11, 24)
WORDS = {"text": "x", "prevention": "y", "gravity": "grave"}


def stands(*steps: Step, gravity: str = "light") -> Standing:
    noted = [Noted(one, RECEIVED + timedelta(days=place), WORDS) for place, one in enumerate(steps)]
    return standing_of(received_on=RECEIVED, gravity=gravity, days=DAYS, steps=noted)


@pytest.mark.parametrize(("gravity", "due"), [("light", 8), ("serious", 1), ("grave", 27)])
def test_how_grave_it_is_decides_by_when_it_is_answered(gravity: str, due: int) -> None:
    assert stands(gravity=gravity).due_on.day == due


def test_a_graver_one_is_answered_earlier_counted_from_the_day_it_came_in() -> None:
    assert stands(Step.DONE, Step.GRADED).due_on == date(2026, 11, 27)


def test_what_was_noted_is_found_again() -> None:
    standing = stands(Step.DONE, Step.ANSWERED, Step.CAUSE, Step.CLOSED)
    assert (standing.state, standing.answered_on, standing.cause, standing.prevention) == (
        State.CLOSED,
        date(2026, 11, 25),
        "x",
        "y",
    )


def test_one_that_is_opened_again_owes_an_answer_by_the_day_of_before() -> None:
    standing = stands(Step.ANSWERED, Step.CAUSE, Step.CLOSED, Step.REOPENED)
    assert (standing.state, standing.answered_on, standing.due_on) == (State.OPEN, None, date(2026, 12, 8))


def test_it_is_overdue_from_the_day_after_the_last_until_it_is_answered() -> None:
    assert not is_overdue(stands(), date(2026, 12, 8))
    assert is_overdue(stands(), date(2026, 12, 9))
    assert not is_overdue(stands(Step.ANSWERED), date(2026, 12, 9))


@given(walk=st.lists(st.integers(0, 5), max_size=15))
def test_whatever_is_noted_in_turn_none_is_closed_before_answer_and_cause(walk: list[int]) -> None:
    steps: list[Step] = []
    for choice in walk:
        following = next_steps(stands(*steps))
        steps.append(following[choice % len(following)])
        standing = stands(*steps)
        if standing.state == State.CLOSED:
            assert standing.answered_on is not None
            assert standing.cause
            assert standing.prevention
