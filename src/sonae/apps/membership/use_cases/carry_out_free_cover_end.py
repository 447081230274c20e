"""Bring certificates and members' mails into line with the organiser's end of the free cover, or with its being taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.audit.record import record
from sonae.apps.certificates.models import Certificate
from sonae.apps.membership.control_totals import count_cover
from sonae.apps.membership.cover_years import find_free_cover_end, list_ruled_years
from sonae.apps.membership.end_at_once import end_at_once, keep_at_once, list_still_ended
from sonae.apps.membership.end_mails import tell_of_end, tell_of_keeping
from sonae.apps.membership.issue_at_once import Among, issue_at_once, lock_members
from sonae.apps.membership.issue_by_rule import issue_by_rule
from sonae.apps.membership.member_runs import CHUNK, lay_lanes, tally_of, work_lanes_on
from sonae.apps.membership.models import FreeCoverEnd, FreeCoverRun
from sonae.apps.membership.tally import ACTOR, Tally
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.queries import find_scheme_year, list_scheme_years
from sonae.domain.calendar import japan_date
from sonae.domain.product.definition import Product

CONNECTIONS = 2
Cause, State = FreeCoverRun.Cause, FreeCoverRun.State


def carry_out_free_cover_end(
    *, now: datetime, connections: int = CONNECTIONS, chunk: int = CHUNK
) -> list[FreeCoverRun]:
    """The runs that were worked on: one for each end that is scheduled, one more for each that was taken back.

    Killed and started again each goes on behind its last chunk; when nothing is left to do, nothing happens.
    """
    runs = []
    for end in FreeCoverEnd.objects.order_by("id"):
        cause = Cause.END if end.withdrawn_at is None else Cause.KEEP
        run = begin_end(end, cause, now)
        if run.state == State.DONE:
            continue
        work_lanes_on(run, _chunk_of(run, end, now), connections=connections, size=chunk)
        reached("end.worked")
        runs.append(_finish(run, end, now))
    return runs


@transaction.atomic
def begin_end(end: FreeCoverEnd, cause: str, now: datetime) -> FreeCoverRun:
    """The run of that end, or of its being taken back; a parked one begins anew."""
    run, is_new = FreeCoverRun.objects.get_or_create(
        key=f"{cause}:{end.pk}", defaults={"cause": cause, "end": end, "started_at": now, "before": end.preview}
    )
    run = FreeCoverRun.objects.select_for_update().get(pk=run.pk)
    if cause == Cause.KEEP:  # what the run of the end has not reached yet has nothing to be taken back
        ended = FreeCoverRun.objects.filter(key=f"{Cause.END}:{end.pk}", state=State.RUNNING)
        ended.update(state=State.DONE, finished_at=now)
    if is_new or run.state == State.PARKED:
        FreeCoverRun.objects.filter(pk=run.pk).update(state=State.RUNNING)
        run.state = State.RUNNING
        lay_lanes(run)
    return run


def _chunk_of(run: FreeCoverRun, end: FreeCoverEnd, now: datetime) -> Callable[[Among], Tally]:
    product = product_of(_year_now(now).product_version)
    if run.cause == Cause.END:
        return lambda among: _end_chunk(among, run, end, product, now)
    return lambda among: _keep_chunk(among, run, end, product, now)


def _year_now(now: datetime) -> SchemeYear:
    """The scheme year of today, whose product gives the mails their words; the newest where none is open."""
    years = list_scheme_years()
    return find_scheme_year(on=japan_date(now), years=years) or years[-1]


def _end_chunk(among: Among, run: FreeCoverRun, end: FreeCoverEnd, product: Product, now: datetime) -> Tally:
    lock_members(among)
    if find_free_cover_end() != end:  # taken back meanwhile: the other run comes
        return Tally()
    ended, later = end_at_once(among, end=end, now=now)
    reached("end.ended")
    years, today = list_ruled_years(today=japan_date(now)), japan_date(now)
    tally = issue_by_rule(later, years=years, end=end, control_day=today, reason=run.key, now=now)
    tell_of_end(among, end=end, product=product, now=now)
    return Tally(cancelled=ended) + tally.acts_only


def _keep_chunk(among: Among, run: FreeCoverRun, end: FreeCoverEnd, product: Product, now: datetime) -> Tally:
    """Back to what it would be without that end, under another one if there is one by now."""
    lock_members(among)
    living = find_free_cover_end()
    kept = 0 if living is not None else keep_at_once(among, end=end, now=now)
    reached("end.kept")
    years, today = list_ruled_years(today=japan_date(now)), japan_date(now)
    rest, tally = set(list_still_ended(among, end=end)), Tally(reinstated=kept)
    for year in years:
        if year.cover.may_issue:
            found, others = issue_at_once(among, year=year, end=living, reason=run.key, now=now)
            tally += found.acts_only
            rest.update(others)
    by_rule = issue_by_rule(sorted(rest), years=years, end=living, control_day=today, reason=run.key, now=now)
    tell_of_keeping(among, end=end, product=product, now=now)
    return tally + by_rule.acts_only


@transaction.atomic
def _finish(run: FreeCoverRun, end: FreeCoverEnd, now: datetime) -> FreeCoverRun:
    """Close the run if no certificate stands against it, else park it."""
    run = FreeCoverRun.objects.select_for_update().get(pk=run.pk)
    if run.state != State.RUNNING:
        return run
    against = _certificates_beyond(end) if run.cause == Cause.END else _members_without(end, now)
    run.state = State.PARKED if against else State.DONE
    run.finished_at, run.after = now, {**tally_of(run).as_dict(), "against": against}
    run.save(update_fields=["state", "finished_at", "after"])
    record(now=now, actor=ACTOR, action=f"free_cover.{run.cause}_{run.state}", object_kind="free_cover_run",
           object_id=run.key, against=against, **tally_of(run).as_dict())  # fmt: skip
    return run


def _certificates_beyond(end: FreeCoverEnd) -> int:
    """Certificates that still run past the end, unless it was taken back meanwhile."""
    if find_free_cover_end() != end:
        return 0
    return Certificate.objects.filter(section=Certificate.Section.FREE, cover__endswith__gt=end.ends_on).count()


def _members_without(end: FreeCoverEnd, now: datetime) -> int:
    """Members whom the free cover fails on the day on which it was to end, where certificates of that day may be issued."""
    years = list_ruled_years(today=japan_date(now))
    if find_free_cover_end() is not None or not any(
        end.ends_on in year.cover.term and year.cover.rules.starts == "day_of_joining" for year in years
    ):
        return 0
    counted = count_cover(end.ends_on)
    return counted.members - counted.covered
