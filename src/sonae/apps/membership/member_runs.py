"""Going through every member once: in lanes by their ids, each chunk a transaction, by any number of workers at once.

A lane belongs to whoever holds its row, for the length of one chunk. So a killed worker leaves nothing behind but its last
chunk undone, and the next one, the same or another, goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from django.db import connection, transaction
from django.db.models import F, Max, Min

from sonae.apps.audit.milestones import reached
from sonae.apps.membership.issue_at_once import Among
from sonae.apps.membership.models import FreeCoverLane, FreeCoverRun
from sonae.apps.membership.tally import Tally
from sonae.apps.parties.models import Member

LANES = 8
CHUNK = 10_000
Chunk = Callable[[Among], Tally]


def lay_lanes(run: FreeCoverRun) -> None:
    """Split the members that there are into lanes. Who is entered later comes with a feed of its own."""
    FreeCoverLane.objects.filter(run=run).delete()
    bounds = Member.objects.aggregate(first=Min("id"), last=Max("id"))
    if bounds["first"] is None:
        return
    first, last = bounds["first"] - 1, bounds["last"]
    edges = [first + (last - first) * step // LANES for step in range(LANES + 1)]
    FreeCoverLane.objects.bulk_create(
        FreeCoverLane(run=run, done_to=done_to, to_id=to_id) for done_to, to_id in pairwise(edges) if done_to < to_id
    )


def work_lanes(run: FreeCoverRun, chunk: Chunk, *, size: int = CHUNK) -> None:
    """Work on the run until no lane is left, together with whoever else does."""
    while _work_chunk(run, chunk, size):
        reached("run.committed")


def work_lanes_on(run: FreeCoverRun, chunk: Chunk, *, connections: int, size: int = CHUNK) -> None:
    """Work on the run until no lane is left, over several connections to the database, each in a thread of its own."""
    if connections == 1:
        work_lanes(run, chunk, size=size)
        return
    with ThreadPoolExecutor(connections) as pool:
        for finished in [pool.submit(_work_apart, run, chunk, size) for _ in range(connections)]:
            finished.result()


def _work_apart(run: FreeCoverRun, chunk: Chunk, size: int) -> None:
    try:
        work_lanes(run, chunk, size=size)
    finally:
        connection.close()


def _work_chunk(run: FreeCoverRun, chunk: Chunk, size: int) -> bool:
    with transaction.atomic():
        lane = _take_lane(run)
        if lane is None:
            return False
        ids = Member.objects.filter(id__gt=lane.done_to, id__lte=lane.to_id).order_by("id").values("id")[:size]
        last = Member.objects.filter(id__in=ids).aggregate(last=Max("id"))["last"]
        if last is not None:
            lane.tally = (Tally.of(lane.tally) + chunk(Among.between(lane.done_to + 1, last))).as_dict()
            reached("run.worked")
        lane.done_to = lane.to_id if last is None else last
        lane.save(update_fields=["done_to", "tally"])
    return True


def _take_lane(run: FreeCoverRun) -> FreeCoverLane | None:
    """A lane that nobody holds; where all are held, the first that becomes free. None when all are done."""
    undone = FreeCoverLane.objects.filter(run=run, done_to__lt=F("to_id")).order_by("id")
    return undone.select_for_update(skip_locked=True).first() or undone.select_for_update().first()


def tally_of(run: FreeCoverRun) -> Tally:
    """What all lanes found and did."""
    total = Tally()
    for stored in FreeCoverLane.objects.filter(run=run).values_list("tally", flat=True):
        total += Tally.of(stored)
    return total
