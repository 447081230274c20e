"""Writing down what happened in a case: in order, once for each form, each move from where its track stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max

from sonae.apps.audit.record import record
from sonae.apps.incidents.locks import lock_case
from sonae.apps.incidents.models import Case, CaseEvent, OutsideEvent
from sonae.domain.incident.case import Channel, EventKind
from sonae.domain.incident.tracks import Moved, Track, TrackStanding, check_move, standing_of


class HappenedLater(Exception):
    """What is said to have happened lies still ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One event to be written. Empty what its kind has no use for. A move names its track and where to."""

    kind: EventKind
    channel: Channel = Channel.DESK
    occurred_at: datetime | None = None  # now, where nothing else is said
    track: Track | None = None
    to_state: str = ""
    text: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    outside_event: OutsideEvent | None = None
    other_case: Case | None = None


def moves_of(case: Case) -> list[Moved]:
    """Every move of every track of the case."""
    rows = CaseEvent.objects.filter(case=case, kind=EventKind.MOVED).values_list(
        "seq", "track", "to_state", "occurred_at", "recorded_at"
    )
    return [Moved(seq, Track(track), to_state, occurred, recorded) for seq, track, to_state, occurred, recorded in rows]


def standing_now(case: Case, track: Track) -> TrackStanding:
    """Where that track of the case stands after all that is known."""
    return standing_of(track, case.received_at, moves_of(case))


def write_steps(*, case: Case, steps: Sequence[CaseStep], key: str, actor: str, role: str, now: datetime) -> bool:
    """Whether they are new: the same form sent again writes nothing. In the caller's transaction.

    Raises ``HappenedLater``, and ``NoSuchMove`` where a track can't go there from where it stands.
    """
    lock_case(case)
    if CaseEvent.objects.filter(key=f"{key}:1").exists():
        return False
    last = CaseEvent.objects.filter(case=case).aggregate(last=Max("seq"))["last"] or 0
    moves = moves_of(case) if any(step.track for step in steps) else []
    rows = []
    for place, step in enumerate(steps, 1):
        occurred_at = step.occurred_at or now
        if occurred_at > now:
            raise HappenedLater
        from_state = ""
        if step.track is not None:
            from_state = standing_of(step.track, case.received_at, moves).state
            check_move(step.track, from_state, step.to_state)
            moves.append(Moved(last + place, step.track, step.to_state, occurred_at, now))
        rows.append(
            CaseEvent(
                case=case, seq=last + place, key=f"{key}:{place}", kind=step.kind, channel=step.channel, actor=actor,
                role=role, occurred_at=occurred_at, recorded_at=now, track=step.track or "", from_state=from_state,
                to_state=step.to_state, text=step.text, facts=dict(step.facts), outside_event=step.outside_event,
                other_case=step.other_case,
            )
        )  # fmt: skip
        record(now=now, actor=actor, action=f"case.{step.kind}", object_kind="case", object_id=case.number)
    CaseEvent.objects.bulk_create(rows)
    return True
