"""A clerk says that a month's net premium was paid to the insurer, or takes that back; both are booked."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Posting
from sonae.apps.reporting.accounts import COMMISSION_EARNED
from sonae.apps.reporting.locks import lock_lists
from sonae.apps.reporting.models import Bordereau, RemittanceStep
from sonae.domain.calendar import japan_date

Kind = RemittanceStep.Kind


class StandsOtherwise(Exception):
    """It is paid already, or there is nothing to take back: look again. A second press of the same is no such case."""


class DayOutOfReach(Exception):
    """Premium is remitted after its month has begun, and not in the future."""


@transaction.atomic
def mark_remitted(*, month: date, paid_on: date, bank_reference: str, actor: str, now: datetime) -> RemittanceStep:
    """The step that says so; the same day and reference again is the same step. StandsOtherwise, DayOutOfReach, DoesNotExist."""
    bordereau, last = _locked(month)
    if last is not None and last.kind == Kind.PAID:
        if (last.paid_on, last.bank_reference) == (paid_on, bank_reference):
            return last
        raise StandsOtherwise(f"{month:%Y-%m}")
    if not month <= paid_on <= japan_date(now):
        raise DayOutOfReach(paid_on.isoformat())
    step = RemittanceStep(kind=Kind.PAID, paid_on=paid_on, bank_reference=bank_reference)
    return _take(step, bordereau, last, actor=actor, now=now)


@transaction.atomic
def take_remittance_back(*, month: date, reason: str, actor: str, now: datetime) -> RemittanceStep:
    """The step that undoes the last payment. Taking back again is a quiet success. StandsOtherwise where nothing was paid."""
    bordereau, last = _locked(month)
    if last is None:
        raise StandsOtherwise(f"{month:%Y-%m}")
    if last.kind == Kind.TAKEN_BACK:
        return last
    step = RemittanceStep(kind=Kind.TAKEN_BACK, paid_on=last.paid_on, bank_reference=last.bank_reference, reason=reason)
    return _take(step, bordereau, last, actor=actor, now=now)


def _locked(month: date) -> tuple[Bordereau, RemittanceStep | None]:
    lock_lists()
    bordereau = Bordereau.objects.get(month=month)
    return bordereau, bordereau.remittance_steps.order_by("-number").first()


def _take(
    step: RemittanceStep, bordereau: Bordereau, last: RemittanceStep | None, *, actor: str, now: datetime
) -> RemittanceStep:
    step.bordereau, step.number = bordereau, last.number + 1 if last else 1
    step.actor, step.recorded_at = actor, now
    step.save(force_insert=True)
    sign = 1 if step.kind == Kind.PAID else -1
    yen = {
        Posting.Account.PREMIUM_PAYABLE: sign * bordereau.premium_yen,
        Posting.Account.BANK: -sign * bordereau.net_yen,
        COMMISSION_EARNED: -sign * bordereau.commission_yen,
    }
    moved = {account: posted for account, posted in yen.items() if posted}
    if moved:
        book(
            key=f"remittance:{bordereau}:{step.number}",
            postings=moved,
            description="保険会社への精算" if sign > 0 else "保険会社への精算の取消し",
            now=now,
        )
    record(now=now, actor=actor, action=f"remittance.{step.kind}", object_kind="bordereau", object_id=str(bordereau),
           net_yen=bordereau.net_yen, bank_reference=step.bank_reference)  # fmt: skip
    return step
