"""Take a file in which the card processor says what it paid out: whole or not at all, and the same payout once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from sonae.apps.audit.record import record
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Posting
from sonae.apps.reporting.kept_answers import forget_answer
from sonae.apps.reporting.locks import lock_payouts
from sonae.apps.reporting.models import Payout, PayoutFile
from sonae.apps.reporting.payout_forms import PayoutForm, payout_forms
from sonae.apps.reporting.payout_items import KEPT_AS
from sonae.domain.payout import PaidOut, PayoutRefused, check_payout
from sonae.domain.payout_rows import rows_of

Account = Posting.Account
COPY = """
    COPY reporting_payoutline (payout_id, number, line_id, kind, source_id, payment_id, occurred_on, gross_yen, cost_yen, net_yen)
    FROM STDIN
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """``file`` is None where the same payouts had come before in another file; nothing was added then."""

    file: PayoutFile | None
    is_new: bool
    payouts: tuple[Payout, ...]


def take_payout_file(*, content: bytes, file_name: str, actor: str, now: datetime) -> Taken:
    """What became of it: read, checked, kept and booked; or that it was here already.

    PayoutRefused, with a line in the audit log, where the file can't be used; nothing of it is kept then.
    """
    digest = hashlib.sha256(content).hexdigest()
    try:
        form, read = _read(content)
        with transaction.atomic():
            lock_payouts()
            before = PayoutFile.objects.filter(digest=digest).first()
            if before is not None:
                return Taken(before, False, tuple(before.payouts.order_by("id")))
            taken = _keep(form, read, digest, len(content), file_name, actor=actor, now=now)
            transaction.on_commit(lambda: forget_answer(KEPT_AS))
            return taken
    except PayoutRefused as refused:
        record(now=now, actor=actor, action="payout_file.refused", object_kind="payout_file", object_id=digest,
               code=refused.code, line=refused.line)  # fmt: skip
        raise


def _read(content: bytes) -> tuple[PayoutForm, list[PaidOut]]:
    heading, rows = rows_of(content)
    form = next((one for one in payout_forms() if one.fits(heading)), None)
    if form is None:
        raise PayoutRefused("unknown_form", detail=",".join(heading))
    payouts = form.read(rows)
    if not payouts:
        raise PayoutRefused("no_lines")
    for payout in payouts:
        check_payout(payout)
    return form, payouts


def _keep(
    form: PayoutForm, read: list[PaidOut], digest: str, size: int, file_name: str, *, actor: str, now: datetime
) -> Taken:  # fmt: skip
    known = {
        one.payout_id: one
        for one in Payout.objects.filter(gateway=form.gateway, payout_id__in=[p.payout_id for p in read])
    }
    for payout in read:
        if payout.payout_id in known:
            _check_the_same(payout, known[payout.payout_id])
    new = [payout for payout in read if payout.payout_id not in known]
    if not new:
        return Taken(None, False, tuple(known.values()))
    file = PayoutFile.objects.create(
        digest=digest, form=form.code, file_name=file_name[:200], size=size, received_at=now, received_by=actor
    )
    kept = tuple(_keep_payout(file, payout, now=now) for payout in new)
    record(now=now, actor=actor, action="payout_file.taken", object_kind="payout_file", object_id=file.pk,
           payouts=len(kept), net_yen=sum(one.net_yen for one in kept), digest=digest)  # fmt: skip
    return Taken(file, True, kept)


def _check_the_same(read: PaidOut, kept: Payout) -> None:
    """A payout comes once. Told again it must say the same, or nobody knows which of them arrived at the bank."""
    says = (len(read.lines), read.gross_yen, read.cost_yen, read.net_yen)
    if says != (kept.line_count, kept.gross_yen, kept.cost_yen, kept.net_yen):
        raise PayoutRefused("payout_differs", detail=read.payout_id)


def _keep_payout(file: PayoutFile, read: PaidOut, *, now: datetime) -> Payout:
    payout = Payout.objects.create(
        file=file,
        gateway=read.gateway,
        payout_id=read.payout_id,
        paid_on=read.paid_on,
        line_count=len(read.lines),
        gross_yen=read.gross_yen,
        cost_yen=read.cost_yen,
        net_yen=read.net_yen,
        total_was_stated=read.total_yen is not None,
    )
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for line in read.lines:
            copy.write_row((
                payout.pk, line.number, line.line_id, line.kind, line.source_id, line.payment_id, line.occurred_on,
                line.gross_yen, line.cost_yen, line.net_yen,
            ))  # fmt: skip
    _book(payout, now=now)
    return payout


def _book(payout: Payout, *, now: datetime) -> None:
    """What the processor owed us becomes money at the bank, and what it kept for its work."""
    yen: dict[str, int] = {
        Account.BANK: payout.net_yen,
        Account.PROCESSOR_COSTS: payout.cost_yen,
        Account.CARD_PROCESSOR: -payout.gross_yen,
    }
    moved = {account: posted for account, posted in yen.items() if posted}
    if moved:
        book(
            key=f"payout:{payout.gateway}:{payout.payout_id}", postings=moved, description="決済会社からの入金", now=now
        )
