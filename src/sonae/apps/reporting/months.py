"""Calendar months of Japan as addresses and commands write them, YYYY-MM, and which of them is the next to be closed."""

from __future__ import annotations

import re
from datetime import date, datetime

from sonae.apps.certificates.models import Transaction
from sonae.apps.reporting.models import Bordereau
from sonae.domain.bordereau import month_end
from sonae.domain.calendar import japan_date
from sonae.domain.earning import month_of
from sonae.domain.period import add_months

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def month_from(text: str) -> date | None:
    """The first day of the month; None unless it is written YYYY-MM, from 2000 to 2099."""
    found = _MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def is_over(month: date, *, now: datetime) -> bool:
    """Whether the month has ended in Japan."""
    return now >= month_end(month)


def first_open_month() -> date | None:
    """The month that is closed next: after the last closed one, else that of the first act. None before anything was recorded."""
    last = Bordereau.objects.order_by("-month").values_list("month", flat=True).first()
    if last is not None:
        return add_months(last, 1)
    first = Transaction.objects.order_by("recorded_at").values_list("recorded_at", flat=True).first()
    return month_of(japan_date(first)) if first else None


def takes_up_late(month: date) -> bool:
    """Whether the month's list, still open, also takes up what was committed after its own month was closed."""
    return month == first_open_month()


def list_months(*, now: datetime) -> list[date]:
    """From the first month with anything in it to the present one, the newest first."""
    first = Bordereau.objects.order_by("month").values_list("month", flat=True).first() or first_open_month()
    present = month_of(japan_date(now))
    months = [present]
    while first is not None and months[-1] > first:
        months.append(add_months(months[-1], -1))
    return months
