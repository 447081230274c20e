"""Acts that no closed list holds yet, as lines: streamed in chunks, so that a million take no more memory than a thousand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Sum

from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Transaction
from sonae.apps.programmes.product_files import product_with
from sonae.apps.reporting.months import takes_up_late
from sonae.domain.bordereau import Line, Listed, line_of, month_end, month_start
from sonae.domain.certificate.log import Act, Kind, flat
from sonae.domain.period import Term

AT_ONCE = 2_000
FIELDS = (
    "id", "certificate_id", "seq", "kind", "effective_date", "recorded_at", "patch", "premium_difference", "total_premium_after",
    "certificate__number", "certificate__section", "certificate__starts_on", "certificate__renewed_from_id",
    "certificate__member__number", "certificate__scheme_year__start_on", "certificate__scheme_year__expiry_on",
    "certificate__scheme_year__product_version__digest",
)  # fmt: skip


class _Row(NamedTuple):
    """FIELDS, in their order."""

    pk: int
    certificate_id: int
    seq: int
    kind: str
    effective_date: date
    recorded_at: datetime
    patch: Mapping[str, Any]
    premium: int
    total: int
    number: str
    section: str
    starts_on: date
    renewed_from: int | None
    member_number: str
    year_start: date
    expiry_on: date
    digest: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """One act with its line."""

    transaction_id: int
    line: Line


def unlisted(month: date) -> QuerySet[Transaction]:
    """The acts that the month's list would take up: recorded in the month and in no list yet; and, where it is closed next, what
    was committed only after an earlier month was closed."""
    found = Transaction.objects.filter(recorded_at__lt=month_end(month), bordereau_line__isnull=True)
    return found if takes_up_late(month) else found.filter(recorded_at__gte=month_start(month))


def count_unlisted(month: date) -> dict[str, tuple[int, int]]:
    """By section: how many acts the month's list would hold by now, and their premium in yen."""
    found = unlisted(month).values_list("certificate__section").annotate(Count("id"), Sum("premium_difference"))
    return {section: (count, yen) for section, count, yen in found}


def unlisted_lines(month: date) -> Iterator[Unlisted]:
    """In the order of recording. Two queries for each chunk at most; call it inside a transaction, which holds the cursor."""
    rows = unlisted(month).order_by("recorded_at", "id").values_list(*FIELDS).iterator(chunk_size=AT_ONCE)
    while chunk := [_Row(*row) for row in islice(rows, AT_ONCE)]:
        logs = _logs({row.certificate_id for row in chunk if row.seq > 1})
        for row in chunk:
            log = _log_until(row, logs)
            yield Unlisted(
                row.pk, line_of(_listed(row), log, premium=row.premium, total_premium=row.total, month=month)
            )


def _logs(certificate_ids: set[int]) -> dict[int, tuple[Act, ...]]:
    """Whole logs of the certificates to which something has happened since their issue."""
    entries: dict[int, list[Transaction]] = {}
    for entry in Transaction.objects.filter(certificate_id__in=certificate_ids):
        entries.setdefault(entry.certificate_id, []).append(entry)
    return {certificate_id: acts_of(log) for certificate_id, log in entries.items()}


def _log_until(row: _Row, logs: Mapping[int, Sequence[Act]]) -> tuple[Act, ...]:
    """The log as it stood when the act was recorded, which ends with it."""
    if row.seq == 1:
        return (Act(1, Kind(row.kind), row.effective_date, row.recorded_at, flat(row.patch)),)
    return tuple(act for act in logs[row.certificate_id] if act.seq <= row.seq)


def _listed(row: _Row) -> Listed:
    return Listed(
        number=row.number,
        member_number=row.member_number,
        section=row.section,
        term=Term(row.starts_on, row.expiry_on),
        scheme_year=row.year_start,
        is_renewal=row.renewed_from is not None,
        product=product_with(row.digest),
    )
