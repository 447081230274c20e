"""Write down what had been sealed when each day ended in Japan, so that it can be kept elsewhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from sonae.apps.audit.chain import lock_chain
from sonae.apps.audit.models import AuditDay, AuditLink
from sonae.domain.audit_chain import START, Day, day_of, end_of
from sonae.domain.calendar import japan_date


@transaction.atomic
def write_days(*, now: datetime) -> list[Day]:
    """The days that are over and were not written yet, the earliest first. A day on which nothing was sealed is one too."""
    lock_chain()
    last = AuditDay.objects.order_by("-day").first()
    first_link = AuditLink.objects.order_by("position").first()
    if first_link is None:
        return []
    day = last.day + timedelta(days=1) if last else japan_date(first_link.sealed_at)
    before, written = last.last_position if last else 0, []
    while day < japan_date(now):
        made = _day(day, before)
        AuditDay.objects.create(
            day=made.day, last_position=made.last_position, entries=made.entries, digest=made.digest
        )
        written.append(made)
        before, day = made.last_position, day + timedelta(days=1)
    return written


def _day(day: date, before: int) -> Day:
    sealed = AuditLink.objects.filter(position__gte=before, sealed_at__lt=end_of(day)).order_by("-position").first()
    position, chain_digest = (sealed.position, sealed.digest) if sealed else (0, START)
    return day_of(day=day, last_position=position, entries=position - before, chain_digest=chain_digest)
