"""The tracks of an incident: where each may go, and how long it took, as it was known on any day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.calendar import JAPAN
from sonae.domain.incident.tracks import (
    FIRST,
    MOVES,
    CaseState,
    Moved,
    NoSuchMove,
    Track,
    check_move,
    next_states,
    standing_of,
)

RECEIVED = datetime(2026, 11, 24, 2, 30, tzinfo=JAPAN)
C = CaseState


def moved(seq: int, to: str, minutes: int, *, noted_after: int = 0, track: Track = Track.CASE) -> Moved:
    at = RECEIVED + timedelta(minutes=minutes)
    return Moved(seq, track, to, at, at + timedelta(minutes=noted_after))


MOVES_OF_A_NIGHT = [
    moved(1, C.TRIAGED, 12),
    moved(2, C.INCIDENT, 15),
    moved(3, C.CONTAINED, 95, noted_after=600),
]


def test_a_night_by_hand() -> None:
    """Received at 2:30; triaged at 2:42, an incident at 2:45, contained at 4:05, which was written down ten hours later."""
    now = standing_of(Track.CASE, RECEIVED, MOVES_OF_A_NIGHT)
    assert (now.state, now.since.hour, now.since.minute) == (C.CONTAINED, 4, 5)
    assert now.took(C.TRIAGED) == 12 * 60
    assert now.took(C.RECOVERED) is None
    as_known_at_breakfast = standing_of(
        Track.CASE, RECEIVED, MOVES_OF_A_NIGHT, known_at=RECEIVED.replace(hour=8, minute=0)
    )
    assert as_known_at_breakfast.state == C.INCIDENT


def test_what_was_written_down_late_stands_where_it_happened() -> None:
    late = [moved(1, C.TRIAGED, 30), moved(2, C.INCIDENT, 40), moved(3, C.CONTAINED, 35)]
    assert standing_of(Track.CASE, RECEIVED, late).state == C.INCIDENT


def test_tracks_do_not_move_one_another() -> None:
    assert standing_of(Track.CLAIM, RECEIVED, MOVES_OF_A_NIGHT).state == FIRST[Track.CLAIM]


@pytest.mark.parametrize("track", Track)
def test_every_state_can_be_reached_and_none_is_without_a_way_on(track: Track) -> None:
    found, waiting = {FIRST[track]}, [FIRST[track]]
    while waiting:
        for state in next_states(track, waiting.pop()):
            if state not in found:
                found.add(state)
                waiting.append(state)
    assert found == set(MOVES[track])
    assert all(MOVES[track].values())


def test_a_case_is_not_closed_from_anywhere() -> None:
    assert {state for state, to in MOVES[Track.CASE].items() if C.CLOSED in to} == {
        C.ADVICE_ONLY,
        C.RECOVERED,
        C.REOPENED,
    }
    with pytest.raises(NoSuchMove, match="case: received → closed"):
        check_move(Track.CASE, C.RECEIVED, C.CLOSED)


@given(st.lists(st.sampled_from(CaseState), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_writing_down_never_matters(states: list[CaseState], random: object) -> None:
    moves = [moved(1, state, 10 * place) for place, state in enumerate(states, 1)]
    shuffled = moves[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing_of(Track.CASE, RECEIVED, shuffled) == standing_of(Track.CASE, RECEIVED, moves)
