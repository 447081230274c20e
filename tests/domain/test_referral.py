"""Where a referral stands follows from what was kept of it, and nothing but the deletion follows a withdrawal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.referral import OUTCOMES, State, Step, next_steps, state_of

STEPS = st.lists(st.sampled_from(Step), max_size=8)


@pytest.mark.parametrize(
    ("passed", "withdrawn", "steps", "state"),
    [
        (False, False, [], State.WAITING),
        (False, True, [], State.STOPPED),
        (True, False, [], State.PASSED),
        (True, False, [Step.TAKEN], State.TAKEN),
        (True, False, [Step.TAKEN, Step.CONTACTED], State.CONTACTED),
        (True, False, [Step.TAKEN, Step.CONCLUDED], State.CONCLUDED),
        (True, False, [Step.TAKEN, Step.NOT_REACHED, Step.CONCLUDED], State.CONCLUDED),
        (True, True, [], State.TO_DELETE),
        (True, True, [Step.TAKEN, Step.CONCLUDED], State.TO_DELETE),
        (True, True, [Step.TAKEN, Step.DELETED], State.DELETED),
    ],
)
def test_it_stands_where_its_last_step_led(passed: bool, withdrawn: bool, steps: list[Step], state: State) -> None:
    assert state_of(passed=passed, withdrawn=withdrawn, steps=steps) == state


@given(passed=st.booleans(), withdrawn=st.booleans(), steps=STEPS)
def test_after_a_withdrawal_the_agency_can_only_say_that_it_has_deleted(
    passed: bool, withdrawn: bool, steps: list[Step]
) -> None:
    following = next_steps(state_of(passed=passed, withdrawn=withdrawn, steps=steps))
    if withdrawn:
        assert set(following) <= {Step.DELETED}
        assert (following == (Step.DELETED,)) == (passed and Step.DELETED not in steps)
    if not passed:
        assert following == ()


@given(walk=st.lists(st.integers(0, 5), max_size=12))
def test_whatever_the_agency_tells_in_turn_leads_to_the_state_of_that_name(walk: list[int]) -> None:
    steps: list[Step] = []
    for choice in walk:
        following = next_steps(state_of(passed=True, withdrawn=False, steps=steps))
        steps.append(following[choice % len(following)])
    assert steps[:1] in ([], [Step.TAKEN])
    assert Step.DELETED not in steps
    assert all(steps[place] != steps[place + 1] for place in range(len(steps) - 1) if steps[place] in OUTCOMES)
    assert state_of(passed=True, withdrawn=False, steps=steps) == (State(steps[-1]) if steps else State.PASSED)
