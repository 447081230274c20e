"""Payout items that differ and months that are over: judged by ``apps/reporting``, whose answers are laid beside the tables.

Which payout items differ takes a pass over all payments. The answer is kept while nothing more is booked, listed, decided or
closed, for a minute at most, so that a page that is looked at every few seconds doesn't read all payments each time. In a large
programme something is always being booked: there the last round's answer is read, with what people have decided since.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from sonae.apps.billing.models import Payment
from sonae.apps.reporting.models import PayoutLine
from sonae.apps.reporting.months import first_open_month, is_over
from sonae.apps.reporting.payout_items import PayoutItem, kept_payout_items, open_items
from sonae.domain.bordereau import month_end
from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.payout import Verdict
from sonae.domain.period import add_months
from sonae.domain.work import WorkKind

KEPT_SECONDS = 60
GIVEN = """
    SELECT given.key, given.member_id, given.about, '' AS said, given.detail::jsonb AS detail, given.since
    FROM unnest(%({name}_keys)s::text[], %({name}_members)s::bigint[], %({name}_abouts)s::text[], %({name}_details)s::text[],
                %({name}_sinces)s::timestamptz[]) AS given (key, member_id, about, detail, since)
"""
SOURCES = {
    WorkKind.PAYOUT_ITEM: GIVEN.format(name="payout_item"),
    WorkKind.MONTH: GIVEN.format(name="month"),
}
# The latest row of everything on which the two answers stand: the tables are logs, apart from payments, whose every move that
# matters here is booked.
STAND = """
    SELECT (SELECT max(id) FROM billing_journalentry), (SELECT max(id) FROM reporting_payoutline),
        (SELECT max(id) FROM reporting_payoutdecision), (SELECT max(id) FROM reporting_bordereau),
        (SELECT max(id) FROM certificates_transaction)
"""


@dataclass
class Given:
    """The rows of one kind, column by column."""

    keys: list[str] = field(default_factory=list)
    members: list[int | None] = field(default_factory=list)
    abouts: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    sinces: list[datetime] = field(default_factory=list)

    def add(
        self, key: str, detail: dict[str, Any], since: datetime, *, about: str = "", member_id: int | None = None
    ) -> None:
        self.keys.append(key)
        self.members.append(member_id)
        self.abouts.append(about)
        self.details.append(json.dumps(detail))
        self.sinces.append(since)


def values_of(*, now: datetime) -> dict[str, Any]:
    """What the two queries above want to be given."""
    kept_as = f"work-given:{japan_date(now)}:{_stand()}"
    given: dict[str, Given] | None = cache.get(kept_as)
    if given is None:
        given = {WorkKind.PAYOUT_ITEM.value: _payout_items(now), WorkKind.MONTH.value: _months(now)}
        cache.set(kept_as, given, KEPT_SECONDS)
    return {f"{kind}_{column}": rows for kind, one in given.items() for column, rows in vars(one).items()}


def _stand() -> str:
    with connection.cursor() as cursor:
        cursor.execute(STAND)
        return ":".join(str(one) for one in cursor.fetchone())


def _payout_items(now: datetime) -> Given:
    given, items = Given(), open_items(kept_payout_items(now=now).answer)
    received = _received(items)
    paid_by = dict(
        Payment.objects.filter(key__in=[item.payment_key for item in items if item.payment_key]).values_list(
            "key", "member_id"
        )
    )
    for item in items:
        one, member_id = item.comparison, paid_by.get(item.payment_key)
        detail = {"verdict": item.verdict.value, "yen": one.difference_yen, "of": one.kind}
        about = "" if member_id else one.payment_id
        given.add(item.key, detail, _since(item, received, now), about=about, member_id=member_id)
    return given


def _since(item: PayoutItem, received: dict[tuple[str, str], datetime], now: datetime) -> datetime:
    """When it could first be seen: the day after its days were over, or when the file came that tells of it."""
    one = item.comparison
    if item.verdict == Verdict.MISSING and one.ours_on is not None:
        return datetime.combine(one.ours_on + timedelta(days=settings.SONAE_PAYOUT_DUE_DAYS + 1), time(), JAPAN)
    return received.get((item.gateway, one.payment_id), now)


def _received(items: Collection[PayoutItem]) -> dict[tuple[str, str], datetime]:
    told = [item.comparison.payment_id for item in items if item.verdict != Verdict.MISSING]
    lines = PayoutLine.objects.filter(payment_id__in=told).order_by("payout__file__received_at") if told else None
    columns = ("payout__gateway", "payment_id", "payout__file__received_at")
    return {(gateway, payment): at for gateway, payment, at in lines.values_list(*columns)} if lines is not None else {}


def _months(now: datetime) -> Given:
    given, month = Given(), first_open_month()
    while month is not None and is_over(month, now=now):
        given.add(f"{month:%Y-%m}", {"month": month.isoformat()}, month_end(month))
        month = add_months(month, 1)
    return given
