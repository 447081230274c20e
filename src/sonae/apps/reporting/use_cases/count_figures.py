"""Count what the figures at the desk are read from, and keep the months that are over; a round every ten minutes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from sonae.apps.reporting.figures.control_totals import Difference, cover_differences
from sonae.apps.reporting.figures.covers import count_covers
from sonae.apps.reporting.figures.kept_counts import count_topic, what_is_there
from sonae.apps.reporting.figures.last_round import KEY, find_round
from sonae.apps.reporting.figures.premium_months import MonthDiffers, keep_month, months_to_keep
from sonae.apps.reporting.figures.topics import APPLICATIONS, FREE_COVER, RECONCILIATION, RENEWALS
from sonae.apps.reporting.locks import lock_counting
from sonae.apps.reporting.models import FiguresRound
from sonae.apps.reporting.payout_items import list_payout_items, open_items
from sonae.domain.calendar import japan_date


class TotalsDiffer(Exception):
    """What was counted doesn't come out to what it was counted from; nothing of this try is kept."""

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__("; ".join(f"{one.what}: {one.counted} of {one.source}" for one in differences))
        self.differences = differences


def count_figures(*, now: datetime) -> FiguresRound:
    """The round, in transactions of its own. What doesn't come out isn't kept: the figures stay those of the round before, and
    ``held`` says what differs. Safe to repeat and to run twice at once."""
    differences: list[Difference] = []
    try:
        _count_rows(now=now)
    except TotalsDiffer as found:
        differences += found.differences
    else:
        for month in months_to_keep(now=now):
            differences += _keep(month, now=now)
    held_at = now if differences else None
    held = {"differences": [asdict(one) for one in differences]} if differences else {}
    return FiguresRound.objects.update_or_create(key=KEY, defaults={"held_at": held_at, "held": held})[0]


@transaction.atomic
def _count_rows(*, now: datetime) -> None:
    lock_counting()
    today, last = japan_date(now), find_round()
    count_covers()
    differences = cover_differences()
    if differences:
        raise TotalsDiffer(differences)
    seen = what_is_there(today)
    if last is None or {name: last.seen.get(name) for name in seen} != seen:
        count_topic(FREE_COVER, today)
    for topic in (APPLICATIONS, RENEWALS, RECONCILIATION):
        count_topic(topic, today)
    items = open_items(list_payout_items(now=now))
    open_payouts = {"count": len(items), "yen": sum(abs(one.comparison.difference_yen) for one in items)}
    FiguresRound.objects.update_or_create(
        key=KEY, defaults={"counted_at": now, "seen": {**seen, "open_payouts": open_payouts}}
    )


def _keep(month: date, *, now: datetime) -> list[Difference]:
    try:
        with transaction.atomic():
            lock_counting()
            if month in months_to_keep(now=now):  # unless another round has kept it meanwhile
                keep_month(month, now=now)
    except MonthDiffers as found:
        pairs = zip(("written", "earned"), found.lines, found.books, strict=True)
        return [Difference(f"{month:%Y-%m} {what}", lines, books) for what, lines, books in pairs if lines != books]
    return []
