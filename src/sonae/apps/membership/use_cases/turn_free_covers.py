"""The turn of the scheme year: every member of the day gets a free certificate of the new year, whatever happens on the way."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.membership.control_totals import ControlTotals, count_cover
from sonae.apps.membership.cover_years import RuledYear, find_free_cover_end, list_ruled_years
from sonae.apps.membership.issue_at_once import Among, issue_at_once, lock_members
from sonae.apps.membership.issue_by_rule import issue_by_rule
from sonae.apps.membership.member_runs import CHUNK, lay_lanes, tally_of, work_lanes_on
from sonae.apps.membership.models import Feed, FreeCoverRun
from sonae.apps.membership.tally import ACTOR, Tally
from sonae.domain.calendar import japan_date
from sonae.domain.free_cover import first_of_month_from

CONNECTIONS = 2
State = FreeCoverRun.State


class TurnNotDue(Exception):
    """No scheme year of that start is open, or its certificates are not to be issued yet, or it is over."""


def turn_free_covers(
    *, scheme_year_start: date, now: datetime, connections: int = CONNECTIONS, chunk: int = CHUNK
) -> FreeCoverRun:
    """The run of that turn, done or parked.

    Started twice, by any number of workers, they share one run; killed and started again, it goes on behind the last finished
    chunk; started when it is done, nothing happens. A parked run is gone through once more. Raises ``TurnNotDue``.
    """
    year = _year_of(scheme_year_start, now)
    run = begin_turn(scheme_year_start=scheme_year_start, now=now)
    if run.state == State.DONE:
        return run
    reached("turn.begun")
    work_lanes_on(run, lambda among: _turn_chunk(among, year, run, now), connections=connections, size=chunk)
    reached("turn.worked")
    return _finish(run, year, now)


def turns_due(*, now: datetime) -> list[date]:
    """The starts of the scheme years whose free certificates are to be there by now."""
    return [year.cover.term.start_on for year in list_ruled_years(today=japan_date(now)) if year.cover.may_issue]


def _year_of(start_on: date, now: datetime) -> RuledYear:
    for year in list_ruled_years(today=japan_date(now)):
        if year.cover.term.start_on == start_on and year.cover.may_issue:
            return year
    raise TurnNotDue(f"No free certificates are to be issued now for a scheme year that starts on {start_on}.")


@transaction.atomic
def begin_turn(*, scheme_year_start: date, now: datetime) -> FreeCoverRun:
    """The run of the turn with its control totals before; a parked one begins anew. Raises ``TurnNotDue``."""
    year = _year_of(scheme_year_start, now)
    key = f"turn:{year.cover.term.start_on}"
    run = FreeCoverRun.objects.select_for_update().filter(key=key).first()
    if run is not None and run.state != State.PARKED:
        return run
    before = count_cover(_control_day(year, now))
    if run is None:
        run, is_new = FreeCoverRun.objects.get_or_create(
            key=key,
            defaults={
                "cause": FreeCoverRun.Cause.TURN,
                "scheme_year_id": year.pk,
                "started_at": now,
                "before": before.as_dict(),
            },
        )
        if not is_new:  # somebody else began it at the same moment
            return run
    else:
        run.state, run.started_at, run.before = State.RUNNING, now, before.as_dict()
        run.save(update_fields=["state", "started_at", "before"])
    lay_lanes(run)
    record(now=now, actor=ACTOR, action="free_cover.turn_begun", object_kind="free_cover_run", object_id=run.key,
           members=before.members, covered=before.covered)  # fmt: skip
    return run


def _control_day(year: RuledYear, now: datetime) -> date:
    """The first day of the year; within it, today. Where cover begins with a month, the last day on which it could."""
    today, start_on = japan_date(now), year.cover.term.start_on
    if year.cover.rules.starts == "first_of_next_month":
        return max(first_of_month_from(start_on), today.replace(day=1))
    return max(start_on, today)


def _turn_chunk(among: Among, year: RuledYear, run: FreeCoverRun, now: datetime) -> Tally:
    lock_members(among)
    end = find_free_cover_end()
    tally, rest = issue_at_once(among, year=year, end=end, reason=run.key, now=now)
    reached("turn.issued")
    years = list_ruled_years(today=japan_date(now))
    start_on = year.cover.term.start_on
    return tally + issue_by_rule(rest, years=years, end=end, control_day=start_on, reason=run.key, now=now)


@transaction.atomic
def _finish(run: FreeCoverRun, year: RuledYear, now: datetime) -> FreeCoverRun:
    """Close the run if everybody is accounted for, else park it. Whoever comes first does it."""
    run = FreeCoverRun.objects.select_for_update().get(pk=run.pk)
    if run.state != State.RUNNING:
        return run
    tally, counted = tally_of(run), count_cover(_control_day(year, now))
    fits = tally.adds_up and _everybody_is_covered(counted, _control_day(year, now))
    if not fits and Feed.objects.filter(state=Feed.State.APPLIED, followed_at__isnull=True).exists():
        return run  # a feed is being followed meanwhile: the next round counts again
    run.state = State.DONE if fits else State.PARKED
    run.finished_at, run.after = now, {**tally.as_dict(), "counted": counted.as_dict()}
    run.save(update_fields=["state", "finished_at", "after"])
    reached("turn.finished")
    action = "free_cover.turned" if fits else "free_cover.turn_parked"
    record(now=now, actor=ACTOR, action=action, object_kind="free_cover_run", object_id=run.key, **tally.as_dict())
    return run


def _everybody_is_covered(counted: ControlTotals, day: date) -> bool:
    """No member of the day is without cover, unless the organiser has ended it for everybody."""
    end = find_free_cover_end()
    if end is not None and end.ends_on <= day:
        return counted.covered == 0 and counted.covered_after_leaving == 0
    return counted.covered == counted.members
