"""The offers of a turn: every expiring certificate gets its answer, letter and mail once, whatever happens on the way."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.renewal.answer_chunk import answer_chunk
from sonae.apps.renewal.control_totals import count_answers
from sonae.apps.renewal.models import RenewalRun
from sonae.apps.renewal.runs import CHUNK, expiring_certificates, is_unfinished, lay_lanes, tally_of, work_lanes
from sonae.apps.renewal.tally import ACTOR
from sonae.apps.renewal.years import Turn, TurnNotOpen, get_turn
from sonae.domain.calendar import japan_date
from sonae.domain.renewal_calendar import may_offer

CONNECTIONS = 2
State = RenewalRun.State


class OffersNotDue(Exception):
    """Offers of that turn are not made on this day, or the turn isn't open; the message says from when until when they are."""


def make_offers(*, year_start: date, now: datetime, connections: int = CONNECTIONS, chunk: int = CHUNK) -> RenewalRun:
    """The run of the offers for the scheme year that starts on that day: done, paused or held.

    Started twice, by any number of workers on any machines, they share one run; killed and started again, it goes on behind the
    last finished chunk; started when it is done or paused, nothing happens. A held run is gone through once more. Raises
    ``OffersNotDue``.
    """
    turn = _due_turn(year_start, now)
    run = _begin(turn, now)
    if run.state != State.RUNNING:
        return run
    reached("offers.begun")
    work_lanes(run, lambda ids: answer_chunk(ids, turn=turn, now=now), now=now, connections=connections, size=chunk)
    reached("offers.gone_through")
    return _finish(run, turn, now)


def _due_turn(year_start: date, now: datetime) -> Turn:
    try:
        turn = get_turn(year_start=year_start)
    except TurnNotOpen as error:
        raise OffersNotDue(str(error)) from error
    if not may_offer(turn.dates, japan_date(now)):
        raise OffersNotDue(
            f"Offers for {year_start} are made from {turn.dates.offers_on} to {turn.dates.late_until}, "
            f"not on {japan_date(now)}."
        )
    return turn


@transaction.atomic
def _begin(turn: Turn, now: datetime) -> RenewalRun:
    """The run with its control totals before; a held one begins anew."""
    run = RenewalRun.objects.select_for_update().filter(key=turn.key).first()
    if run is not None and run.state != State.HELD:
        return run
    to_id = expiring_certificates(turn.expiring).aggregate(last=Max("id"))["last"] or 0
    before = count_answers(turn, to_id=to_id)
    if run is None:
        run, is_new = RenewalRun.objects.get_or_create(
            key=turn.key,
            defaults={
                "scheme_year": turn.year, "expiring_year": turn.expiring, "product_digest": turn.digest, "to_id": to_id,
                "started_at": now, "before": before,
            },
        )  # fmt: skip
        if not is_new:  # somebody else began it at the same moment
            return run
    else:
        run.state, run.started_at, run.before, run.to_id = State.RUNNING, now, before, to_id
        run.save(update_fields=["state", "started_at", "before", "to_id"])
    lay_lanes(run)
    record(now=now, actor=ACTOR, action="renewal.offers_begun", object_kind="renewal_run", object_id=run.key,
           expiring=int(str(before["expiring"])))  # fmt: skip
    return run


@transaction.atomic
def _finish(run: RenewalRun, turn: Turn, now: datetime) -> RenewalRun:
    """Close the run if every certificate is accounted for, else hold it. Whoever comes first does it."""
    run = RenewalRun.objects.select_for_update().get(pk=run.pk)
    if run.state != State.RUNNING or is_unfinished(run):
        return run  # paused meanwhile, and perhaps resumed: the next one goes on
    tally, counted = tally_of(run), count_answers(turn, to_id=run.to_id)
    fits = tally.adds_up and counted["missing_count"] == 0
    run.state = State.DONE if fits else State.HELD
    run.finished_at, run.after = now, {**tally.as_dict(), "counted": counted}
    run.save(update_fields=["state", "finished_at", "after"])
    reached("offers.finished")
    action = "renewal.offers_made" if fits else "renewal.offers_held"
    record(now=now, actor=ACTOR, action=action, object_kind="renewal_run", object_id=run.key, **tally.as_dict())
    return run
