"""Work out what the pages about money show of a large programme, before anybody asks; a round every ten minutes."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.reporting.earned_premium import kept_month
from sonae.apps.reporting.kept_answers import books_are_large
from sonae.apps.reporting.payout_items import kept_payout_items
from sonae.apps.reporting.ties import kept_ties
from sonae.domain.calendar import japan_date
from sonae.domain.period import add_months


def keep_answers(*, now: datetime) -> int:
    """How many were kept: the payouts' work list, ties and earned premium of this month and the one before. 0 where the books are
    small and the pages need none."""
    if not books_are_large():
        return 0
    this_month = japan_date(now).replace(day=1)
    kept_payout_items(now=now, afresh=True)
    for month in (this_month, add_months(this_month, -1)):
        kept_ties(month, now=now, afresh=True)
        kept_month(month, now=now, afresh=True)
    return 5
