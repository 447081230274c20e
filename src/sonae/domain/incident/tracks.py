"""The tracks of an incident, the states of each, and the moves between them.

A track is folded from its moves, so when it came to any state, and how long that took, can be said for any past day, as it
was known then. A call is no claim: the claim's track begins with an act of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Track(StrEnum):
    """What runs side by side. Each goes on in its own time; a case is closed when the others allow it."""

    CASE = "case"
    REGULATORY = "regulatory"
    CLAIM = "claim"
    PREVENTION = "prevention"


class CaseState(StrEnum):
    """The handling of the incident itself."""

    RECEIVED = "received"
    TRIAGED = "triaged"
    ADVICE_ONLY = "advice_only"  # leads to nothing, and leaves no mark on the member's renewal
    INCIDENT = "incident"
    CONTAINED = "contained"
    INVESTIGATED = "investigated"
    RECOVERED = "recovered"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"  # it goes on in another case


class RegulatoryState(StrEnum):
    """The report to the Personal Information Protection Commission, and telling the persons (個人情報保護法 26)."""

    ASSESSING = "assessing"
    NOT_REQUIRED = "not_required"
    DUE = "due"
    PRELIMINARY_FILED = "preliminary_filed"
    FINAL_FILED = "final_filed"
    PERSONS_NOTIFIED = "persons_notified"


class ClaimState(StrEnum):
    """The claim for insurance money."""

    CIRCUMSTANCE_NOTED = "circumstance_noted"
    NOTIFIED = "notified"
    COVERAGE_REVIEW = "coverage_review"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RIGHTS_RESERVED = "rights_reserved"
    COSTS_OPEN = "costs_open"
    ADJUSTED = "adjusted"
    PAID_IN_PART = "paid_in_part"
    SETTLED = "settled"
    CLOSED = "closed"
    REOPENED = "reopened"


class PreventionState(StrEnum):
    """What keeps it from happening again."""

    FINDINGS = "findings"
    PLAN_AGREED = "plan_agreed"
    IN_PROGRESS = "in_progress"
    EVIDENCE_RECEIVED = "evidence_received"
    VERIFIED = "verified"
    RESCORED = "rescored"
    WAIVED = "waived"  # with a reason


_C, _R, _K, _P = CaseState, RegulatoryState, ClaimState, PreventionState

FIRST: Mapping[Track, str] = {
    Track.CASE: _C.RECEIVED,
    Track.REGULATORY: _R.ASSESSING,
    Track.CLAIM: _K.CIRCUMSTANCE_NOTED,
    Track.PREVENTION: _P.FINDINGS,
}

# From where to where. Whoever finds out later that it was otherwise goes on from there: no state is without a way back.
MOVES: Mapping[Track, Mapping[str, tuple[str, ...]]] = {
    Track.CASE: {
        _C.RECEIVED: (_C.TRIAGED, _C.MERGED),
        _C.TRIAGED: (_C.ADVICE_ONLY, _C.INCIDENT, _C.MERGED),
        _C.ADVICE_ONLY: (_C.INCIDENT, _C.CLOSED, _C.MERGED),
        _C.INCIDENT: (_C.CONTAINED, _C.ADVICE_ONLY, _C.MERGED),
        _C.CONTAINED: (_C.INVESTIGATED, _C.INCIDENT, _C.MERGED),
        _C.INVESTIGATED: (_C.RECOVERED, _C.INCIDENT, _C.MERGED),
        _C.RECOVERED: (_C.CLOSED, _C.INCIDENT),
        _C.CLOSED: (_C.REOPENED,),
        _C.REOPENED: (_C.INCIDENT, _C.ADVICE_ONLY, _C.CONTAINED, _C.INVESTIGATED, _C.RECOVERED, _C.CLOSED),
        _C.MERGED: (_C.REOPENED,),
    },
    Track.REGULATORY: {
        _R.ASSESSING: (_R.NOT_REQUIRED, _R.DUE),
        _R.NOT_REQUIRED: (_R.ASSESSING, _R.DUE),
        _R.DUE: (_R.PRELIMINARY_FILED, _R.FINAL_FILED, _R.NOT_REQUIRED),
        _R.PRELIMINARY_FILED: (_R.FINAL_FILED, _R.NOT_REQUIRED),
        _R.FINAL_FILED: (_R.PERSONS_NOTIFIED, _R.DUE),
        _R.PERSONS_NOTIFIED: (_R.DUE,),
    },
    Track.CLAIM: {
        _K.CIRCUMSTANCE_NOTED: (_K.NOTIFIED, _K.CLOSED),
        _K.NOTIFIED: (_K.COVERAGE_REVIEW, _K.CLOSED),
        _K.COVERAGE_REVIEW: (_K.ACCEPTED, _K.DECLINED, _K.RIGHTS_RESERVED, _K.CLOSED),
        _K.ACCEPTED: (_K.COSTS_OPEN, _K.COVERAGE_REVIEW),
        _K.RIGHTS_RESERVED: (_K.COSTS_OPEN, _K.ACCEPTED, _K.DECLINED, _K.COVERAGE_REVIEW),
        _K.DECLINED: (_K.COVERAGE_REVIEW, _K.CLOSED),
        _K.COSTS_OPEN: (_K.ADJUSTED, _K.PAID_IN_PART, _K.DECLINED),
        _K.ADJUSTED: (_K.PAID_IN_PART, _K.SETTLED, _K.COSTS_OPEN),
        _K.PAID_IN_PART: (_K.ADJUSTED, _K.COSTS_OPEN, _K.SETTLED),
        _K.SETTLED: (_K.CLOSED, _K.COSTS_OPEN),
        _K.CLOSED: (_K.REOPENED,),
        _K.REOPENED: (_K.COVERAGE_REVIEW, _K.COSTS_OPEN, _K.CLOSED),
    },
    Track.PREVENTION: {
        _P.FINDINGS: (_P.PLAN_AGREED, _P.WAIVED),
        _P.PLAN_AGREED: (_P.IN_PROGRESS, _P.FINDINGS, _P.WAIVED),
        _P.IN_PROGRESS: (_P.EVIDENCE_RECEIVED, _P.PLAN_AGREED, _P.WAIVED),
        _P.EVIDENCE_RECEIVED: (_P.VERIFIED, _P.IN_PROGRESS),
        _P.VERIFIED: (_P.RESCORED, _P.IN_PROGRESS),
        _P.RESCORED: (_P.FINDINGS,),
        _P.WAIVED: (_P.FINDINGS,),
    },
}


class NoSuchMove(Exception):
    """The track can't go from where it stands to there."""

    def __init__(self, track: Track, from_state: str, to_state: str) -> None:
        super().__init__(f"{track}: {from_state} → {to_state}")
        self.track, self.from_state, self.to_state = track, from_state, to_state


@dataclass(frozen=True, slots=True)
class Moved:
    """One move: when it happened, when it was written down, and in which place of the log."""

    seq: int
    track: Track
    to_state: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TrackStanding:
    """Where a track stands. ``reached``: when it first came to each state; ``since``: when it came to this one."""

    track: Track
    state: str
    since: datetime
    reached: Mapping[str, datetime]

    def took(self, state: str) -> float | None:
        """Seconds from the beginning of the track to its first coming to that state; None where it never did."""
        at = self.reached.get(state)
        return None if at is None else (at - min(self.reached.values())).total_seconds()


def next_states(track: Track, state: str) -> tuple[str, ...]:
    """Where the track may go from there."""
    return MOVES[track][state]


def check_move(track: Track, from_state: str, to_state: str) -> None:
    """Raise ``NoSuchMove`` where the table has no such move."""
    if to_state not in MOVES[track][from_state]:
        raise NoSuchMove(track, from_state, to_state)


def standing_of(
    track: Track, began_at: datetime, moves: Iterable[Moved], *, known_at: datetime | None = None
) -> TrackStanding:
    """The fold of the track's moves in the order in which they happened (of one moment: in which they were written down).

    ``known_at``: as it was known then; what was written down later counts for nothing.
    """
    own = (one for one in moves if one.track == track and (known_at is None or one.recorded_at <= known_at))
    state, since, reached = FIRST[track], began_at, {FIRST[track]: began_at}
    for move in sorted(own, key=lambda one: (one.occurred_at, one.seq)):
        state, since = move.to_state, move.occurred_at
        reached.setdefault(state, since)
    return TrackStanding(track, state, since, reached)
