"""How far premiums move: steps of five per cent that nobody falls between."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.premium_effect import OUTERMOST, histogram, step_name, step_of

yen = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (100_000, "変わらない"),
        (100_010, "＋0〜5%"),
        (104_990, "＋0〜5%"),
        (105_000, "＋5〜10%"),
        (149_990, "＋45〜50%"),
        (150_000, "＋50%以上"),
        (900_000, "＋50%以上"),
        (99_990, "−5〜0%"),
        (95_010, "−5〜0%"),
        (95_000, "−10〜5%"),
        (50_000, "−50%以下"),
        (10, "−50%以下"),
    ],
)
def test_the_step_of_a_premium_of_100_000_yen(after: int, said: str) -> None:
    assert step_name(step_of(100_000, after)).ja == said


def test_a_premium_from_nothing_is_outermost() -> None:
    assert step_of(0, 10) == OUTERMOST


@given(yen, yen)
def test_the_step_says_what_the_percentage_is(before: int, after: int) -> None:
    step = step_of(before, after)
    share = abs(after - before) / before
    assert (step > 0, step < 0) == (after > before, after < before)
    if step and abs(step) < OUTERMOST:
        assert (abs(step) - 1) * 0.05 - 1e-9 <= share < abs(step) * 0.05 + 1e-9
    assert abs(step) <= OUTERMOST


@given(st.lists(st.tuples(yen, yen)))
def test_everybody_is_in_the_histogram_once(pairs: list[tuple[int, int]]) -> None:
    bars = histogram(Counter(step_of(before, after) for before, after in pairs))
    assert sum(bar.count for bar in bars) == len(pairs)
    assert [bar.step for bar in bars] == list(range(bars[0].step, bars[-1].step + 1))
    assert 0 in {bar.step for bar in bars}
