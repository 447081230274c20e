"""Close a month's list for the insurer: its lines are written down once, with a digest over all of them, and never change again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice

from django.db import connection, transaction

from sonae.apps.audit.record import record
from sonae.apps.programmes.product_files import product_of
from sonae.apps.reporting.layouts import layout_version
from sonae.apps.reporting.locks import lock_lists
from sonae.apps.reporting.models import Bordereau
from sonae.apps.reporting.months import first_open_month, is_over
from sonae.apps.reporting.unlisted import AT_ONCE, Unlisted, unlisted_lines
from sonae.domain.bordereau import Digest, canonical, remittance_due

COPY = """
    COPY reporting_bordereauline (bordereau_id, number, transaction_id, premium_yen, commission_yen, facts) FROM STDIN
"""


class NotOver(Exception):
    """The month still runs in Japan, and more will be recorded in it."""


class EarlierOpen(Exception):
    """``month`` comes first: lists are closed in the order of their months."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y-%m} is still open")
        self.month = month


class BeforeTheFirst(Exception):
    """The list of a later month was the first, and took up everything before it."""


@transaction.atomic
def close_bordereau(*, month: date, actor: str, now: datetime) -> Bordereau:
    """The closed list of the month (its first day). Closing again is a quiet success: the same list, unchanged.

    NotOver, EarlierOpen, BeforeTheFirst.
    """
    lock_lists()
    closed = Bordereau.objects.filter(month=month).first()
    if closed is not None:
        return closed
    _check(month, now=now)
    version = layout_version(month)
    pk, digest = _next_id(), Digest(month)
    count, premium, commission = _write_lines(pk, month, digest)
    # The lines refer to it already, which is checked at commit: its row is written once, with the totals.
    bordereau = Bordereau.objects.create(
        pk=pk,
        month=month,
        product_version=version,
        line_count=count,
        premium_yen=premium,
        commission_yen=commission,
        due_on=remittance_due(product_of(version), month),
        digest=digest.hex,
        closed_at=now,
        closed_by=actor,
    )
    record(now=now, actor=actor, action="bordereau.closed", object_kind="bordereau", object_id=f"{month:%Y-%m}",
           lines=count, premium_yen=premium, commission_yen=commission, digest=digest.hex)  # fmt: skip
    return bordereau


def _check(month: date, *, now: datetime) -> None:
    if not is_over(month, now=now):
        raise NotOver(f"{month:%Y-%m}")
    first = first_open_month()
    if first is not None and month > first:
        raise EarlierOpen(first)
    if first is not None and month < first and Bordereau.objects.exists():
        raise BeforeTheFirst(f"{month:%Y-%m}")


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('reporting_bordereau', 'id'))")
        (pk,) = cursor.fetchone()
    return int(pk)


def _write_lines(pk: int, month: date, digest: Digest) -> tuple[int, int, int]:
    """Their number, premium and commission together; in chunks, none of them kept."""
    count = premium = commission = 0
    lines = unlisted_lines(month)
    while chunk := list(islice(lines, AT_ONCE)):
        texts = [canonical(one.line) for one in chunk]
        digest.add(texts)
        _copy(pk, count, chunk, texts)
        count += len(chunk)
        premium += sum(one.line.premium for one in chunk)
        commission += sum(one.line.commission for one in chunk)
    return count, premium, commission


def _copy(pk: int, before: int, chunk: Sequence[Unlisted], texts: Sequence[str]) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for number, (one, text) in enumerate(zip(chunk, texts, strict=True), start=before + 1):
            copy.write_row((pk, number, one.transaction_id, one.line.premium, one.line.commission, text))
