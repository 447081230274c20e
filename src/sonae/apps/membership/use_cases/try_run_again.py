"""A round of the free cover whose totals did not come out is gone through once more, because a person asked for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.record import record
from sonae.apps.membership.models import FreeCoverRun
from sonae.apps.membership.use_cases.carry_out_free_cover_end import begin_end
from sonae.apps.membership.use_cases.turn_free_covers import begin_turn

Cause, State = FreeCoverRun.Cause, FreeCoverRun.State


class RunNotParked(Exception):
    """Somebody or the nightly round has begun it again already; the run is there as ``run``."""

    def __init__(self, run: FreeCoverRun) -> None:
        super().__init__(f"{run.key} is {run.state}.")
        self.run = run


@transaction.atomic
def try_run_again(*, run_id: int, actor: str, now: datetime) -> FreeCoverRun:
    """Begin the parked run anew, from the first member on; a worker goes through everybody.

    What was done stays as it is. Should the job be lost, the rounds find the run by themselves. Raises ``RunNotParked``,
    ``TurnNotDue`` when the scheme year is over, and ``FreeCoverRun.DoesNotExist``.
    """
    run = FreeCoverRun.objects.select_for_update().get(pk=run_id)
    if run.state != State.PARKED:
        raise RunNotParked(run)
    record(now=now, actor=actor, action="free_cover.tried_again", object_kind="free_cover_run", object_id=run.key)
    if run.cause == Cause.TURN and run.scheme_year is not None:
        start_on = run.scheme_year.start_on
        run = begin_turn(scheme_year_start=start_on, now=now)
        later("sonae.turn_free_cover", scheme_year_start=start_on.isoformat())
    elif run.end is not None:
        run = begin_end(run.end, run.cause, now)
        later("sonae.carry_out_free_cover_end")
    return run
