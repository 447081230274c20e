"""Going through every expiring certificate once: in lanes by their ids, each chunk a transaction, by any number of workers at once.

A lane belongs to whoever holds its row, for the length of one chunk. A killed worker leaves nothing behind but its last chunk
undone, and the next one, on this machine or another, goes on from there. A paused run lets each worker finish its chunk.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise
from time import perf_counter

from django.db import connection, transaction
from django.db.models import F, Max, Min, QuerySet

from sonae.apps.audit.milestones import reached
from sonae.apps.certificates.models import Certificate
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.renewal.models import RenewalLane, RenewalRun
from sonae.apps.renewal.tally import Tally

LANES = 8
CHUNK = 5_000
ChunkWork = Callable[[list[int]], Tally]


def expiring_certificates(year: SchemeYear) -> QuerySet[Certificate]:
    """The paid certificates of the scheme year that ends."""
    return Certificate.objects.filter(scheme_year=year, section=Certificate.Section.PAID)


def lay_lanes(run: RenewalRun) -> None:
    """Split the certificates that there are into lanes. Those that are issued later are followed one by one."""
    RenewalLane.objects.filter(run=run).delete()
    bounds = (
        expiring_certificates(run.expiring_year).filter(pk__lte=run.to_id).aggregate(first=Min("id"), last=Max("id"))
    )
    if bounds["first"] is None:
        return
    first, last = bounds["first"] - 1, bounds["last"]
    edges = [first + (last - first) * step // LANES for step in range(LANES + 1)]
    RenewalLane.objects.bulk_create(
        RenewalLane(run=run, done_to=done_to, to_id=to_id) for done_to, to_id in pairwise(edges) if done_to < to_id
    )


def work_lanes(run: RenewalRun, work: ChunkWork, *, now: datetime, connections: int = 1, size: int = CHUNK) -> None:
    """Work on the run until no lane is left or it is paused, together with whoever else does.

    Several connections work in a thread each.
    """
    if connections == 1:
        while _work_chunk(run, work, size, now):
            reached("offers.committed")
        return
    with ThreadPoolExecutor(connections) as pool:
        for finished in [pool.submit(_work_apart, run, work, now, size) for _ in range(connections)]:
            finished.result()


def _work_apart(run: RenewalRun, work: ChunkWork, now: datetime, size: int) -> None:
    try:
        work_lanes(run, work, now=now, size=size)
    finally:
        connection.close()


def _work_chunk(run: RenewalRun, work: ChunkWork, size: int, now: datetime) -> bool:
    with transaction.atomic():
        if not RenewalRun.objects.filter(pk=run.pk, state=RenewalRun.State.RUNNING).exists():
            return False
        lane = _take_lane(run)
        if lane is None:
            return False
        began = perf_counter()
        chosen = expiring_certificates(run.expiring_year).filter(pk__gt=lane.done_to, pk__lte=lane.to_id)
        ids = list(chosen.order_by("pk").values_list("pk", flat=True)[:size])
        if ids:
            lane.tally = (Tally.of(lane.tally) + work(ids)).as_dict()
            reached("offers.worked")
        lane.done_to = ids[-1] if len(ids) == size else lane.to_id
        lane.seconds += perf_counter() - began
        lane.moved_at = now
        lane.save(update_fields=["done_to", "tally", "seconds", "moved_at"])
    return True


def _take_lane(run: RenewalRun) -> RenewalLane | None:
    """A lane that nobody holds; where all are held, the first that becomes free. None when all are done."""
    undone = RenewalLane.objects.filter(run=run, done_to__lt=F("to_id")).order_by("id")
    return undone.select_for_update(skip_locked=True).first() or undone.select_for_update().first()


def is_unfinished(run: RenewalRun) -> bool:
    """Whether some certificates are still to be gone through."""
    return RenewalLane.objects.filter(run=run, done_to__lt=F("to_id")).exists()


def tally_of(run: RenewalRun) -> Tally:
    """What all lanes found and did."""
    total = Tally()
    for stored in RenewalLane.objects.filter(run=run).values_list("tally", flat=True):
        total += Tally.of(stored)
    return total
