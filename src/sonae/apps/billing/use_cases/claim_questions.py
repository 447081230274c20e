"""Take up the payments that a round asks the processor about although nothing of them is due.

Those that a person was called for, once a day: an answer may come yet. And those that were charged, daily for a month and
weekly for half a year: somebody may give the money back on the processor's own pages or dispute the charge, and the message that
should tell us of it may never come.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from sonae.apps.billing.models import Payment

DAY, WEEK = timedelta(days=1), timedelta(days=7)
DAILY_FOR = timedelta(days=30)
WEEKLY_FOR = timedelta(days=180)
AT_ONCE = 20  # in a round of a minute: a modest pace beside what is due

State = Payment.State


def claim_questions(*, gateway: str, now: datetime) -> list[Payment]:
    """The payments to be asked about in this round, those first that nobody has asked about for longest.

    They are written down as asked before the call: neither a process that dies nor a processor that is silent makes a question
    of every minute out of one of every day, and two rounds at once don't ask the same.
    """
    with transaction.atomic():
        waiting = Payment.objects.select_for_update(skip_locked=True).alias(
            last=Coalesce("asked_at", "captured_at", "changed_at")
        )
        mine = waiting.filter(_asks(now), gateway=gateway).exclude(session_id="")
        claimed: list[Payment] = [*mine.order_by("last", "pk")[:AT_ONCE]]
        _write_down(claimed, now=now)
    return claimed


def _asks(now: datetime) -> Q:
    # What was asked in the future was asked by a clock that has been set back since.
    a_day_ago, a_week_ago = Q(last__lte=now - DAY), Q(last__lte=now - WEEK)
    charged_lately = Q(state=State.CAPTURED, captured_at__gt=now - DAILY_FOR)
    charged = Q(state=State.CAPTURED, captured_at__gt=now - WEEKLY_FOR)
    person = Q(state=State.PERSON)
    return (person | charged_lately) & a_day_ago | charged & a_week_ago | (person | charged) & Q(asked_at__gt=now)


def _write_down(claimed: list[Payment], *, now: datetime) -> None:
    Payment.objects.filter(pk__in=[payment.pk for payment in claimed]).update(asked_at=now)
