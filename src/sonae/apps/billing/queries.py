"""What a member has told us for its own books, and what of the money a person has to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from sonae.apps.billing.models import (
    BooksClosing,
    Dispute,
    HandReturn,
    Payment,
    Receivable,
    Refund,
    SavedCard,
    WriteOff,
)
from sonae.apps.billing.recovered import recovered_in_sql
from sonae.apps.parties.models import Member
from sonae.domain.calendar import japan_date


def closing_month_of(*, member: Member) -> int | None:
    """The month in which it closes its books, as it said last; None where it hasn't said."""
    latest = BooksClosing.objects.filter(member=member).order_by("-chosen_at", "-id").first()
    return latest.closing_month if latest else None


def find_kept_card(*, member: Member) -> SavedCard | None:
    """The card that is kept for the member, whatever its expiry and processor."""
    return SavedCard.objects.filter(member=member, ended_at__isnull=True).first()


def find_saved_card(*, member: Member, gateway: str, now: datetime) -> SavedCard | None:
    """The card that is kept for the member at this processor and hasn't run out; a card is good to the end of its month."""
    today = japan_date(now)
    saved = SavedCard.objects.filter(member=member, gateway=gateway, ended_at__isnull=True).first()
    if saved is None or (saved.expiry_year, saved.expiry_month) < (today.year, today.month):
        return None
    return saved


class Matter(StrEnum):
    """Why a person has to look at some money, the most pressing first."""

    PAYMENT = "payment"  # no answer for days: charged or not?
    DISPUTE = "dispute"  # the card holder's bank asks for evidence, by a day of the processor
    REFUND = "refund"  # owed back, and the processor has not said yes for days
    HAND_RETURN = "hand_return"  # owed back, and no card can take it: to be transferred
    RECEIVABLE = "receivable"  # premium whose money went back to the card
    WRITE_OFF = "write_off"  # waits for a second person


@dataclass(frozen=True, slots=True)
class MoneyToLookAt:
    """One matter for the desk. ``row_id`` is the primary key of what it is about, ``key`` the payment's or the return's key."""

    matter: Matter
    row_id: int
    key: str
    member_number: str
    yen: int
    since: datetime
    detail: str = ""  # of a receivable why, of a write-off the reason, of a refund what for


def list_money_to_look_at(*, most: int | None = None) -> list[MoneyToLookAt]:
    """What waits for a person, by matter and then by age; the first ``most`` of it. Six queries at most."""
    found: list[MoneyToLookAt] = []
    for waiting, since, read in _WAITING.values():
        if most is None or len(found) < most:
            found += map(read, waiting().order_by(since, "pk")[: None if most is None else most - len(found)])
    return found


def count_money_to_look_at() -> int:
    """How much of it there is. One query."""
    first, *others = (waiting().values("pk") for waiting, _, _ in _WAITING.values())
    return first.union(*others, all=True).count()


def _payments() -> QuerySet[Payment]:
    return Payment.objects.filter(state=Payment.State.PERSON).select_related("member")


def _read_payment(one: Payment) -> MoneyToLookAt:
    return MoneyToLookAt(
        Matter.PAYMENT, one.pk, one.key, one.member.number, one.charge_yen, one.changed_at, one.gateway
    )


def _disputes() -> QuerySet[Dispute]:
    return Dispute.objects.filter(state=Dispute.State.OPEN).select_related("payment__member")


def _read_dispute(one: Dispute) -> MoneyToLookAt:
    paid = one.payment
    return MoneyToLookAt(
        Matter.DISPUTE, one.pk, paid.key, paid.member.number, one.dispute_yen, one.opened_at, one.dispute_id
    )


def _refunds() -> QuerySet[Refund]:
    given_up = Refund.objects.filter(refunded_at__isnull=True, next_check_at__isnull=True)
    return given_up.select_related("payment__member")


def _read_refund(one: Refund) -> MoneyToLookAt:
    paid = one.payment
    return MoneyToLookAt(
        Matter.REFUND, one.pk, paid.key, paid.member.number, one.refund_yen, one.created_at, one.reason
    )


def _hand_returns() -> QuerySet[HandReturn]:
    return HandReturn.objects.filter(transferred_on__isnull=True).select_related("member")


def _read_hand_return(one: HandReturn) -> MoneyToLookAt:
    return MoneyToLookAt(Matter.HAND_RETURN, one.pk, one.key, one.member.number, one.return_yen, one.recorded_at)


def _receivables() -> QuerySet[Receivable]:
    """Those of which something is still owed; what a second person is asked about stands under that matter."""
    given_up = Q(write_offs__state__in=[WriteOff.State.WAITING, WriteOff.State.DONE])
    owed = F("receivable_yen") - recovered_in_sql() - Coalesce(Sum("write_offs__write_off_yen", filter=given_up), 0)
    return Receivable.objects.annotate(owed=owed).filter(owed__gt=0).select_related("payment__member")


def _read_receivable(one: Any) -> MoneyToLookAt:
    paid = one.payment
    return MoneyToLookAt(Matter.RECEIVABLE, one.pk, paid.key, paid.member.number, one.owed, one.recorded_at, one.reason)


def _write_offs() -> QuerySet[WriteOff]:
    return WriteOff.objects.filter(state=WriteOff.State.WAITING).select_related("receivable__payment__member")


def _read_write_off(one: WriteOff) -> MoneyToLookAt:
    paid = one.receivable.payment
    return MoneyToLookAt(
        Matter.WRITE_OFF, one.pk, paid.key, paid.member.number, one.write_off_yen, one.asked_at, one.reason
    )


# In the order of the matters: what waits, since when it does, and how a row of it is shown.
_WAITING: dict[Matter, tuple[Callable[[], QuerySet[Any]], str, Callable[[Any], MoneyToLookAt]]] = {
    Matter.PAYMENT: (_payments, "changed_at", _read_payment),
    Matter.DISPUTE: (_disputes, "opened_at", _read_dispute),
    Matter.REFUND: (_refunds, "created_at", _read_refund),
    Matter.HAND_RETURN: (_hand_returns, "recorded_at", _read_hand_return),
    Matter.RECEIVABLE: (_receivables, "recorded_at", _read_receivable),
    Matter.WRITE_OFF: (_write_offs, "asked_at", _read_write_off),
}


@dataclass(frozen=True, slots=True)
class MoneyDealtWith:
    """What a person has dealt with, and may take back. ``row_id`` is the receivable's or the return's primary key."""

    matter: Matter  # WRITE_OFF or HAND_RETURN
    row_id: int
    member_number: str
    yen: int
    on: date
    actor: str
    said: str  # of a write-off the reason, of a transfer the bank's reference


def list_money_dealt_with(*, most: int) -> list[MoneyDealtWith]:
    """Write-offs that are booked and transfers that are noted, the latest first. Two queries."""
    booked = WriteOff.objects.filter(state=WriteOff.State.DONE).select_related("receivable__payment__member")
    noted = HandReturn.objects.filter(transferred_on__isnull=False).select_related("member")
    found = [
        MoneyDealtWith(
            Matter.WRITE_OFF,
            one.receivable_id,
            one.receivable.payment.member.number,
            one.write_off_yen,
            japan_date(one.decided_at or one.asked_at),
            one.decided_by,
            one.reason,
        )
        for one in booked.order_by("-decided_at", "-pk")[:most]
    ] + [
        MoneyDealtWith(
            Matter.HAND_RETURN,
            one.pk,
            one.member.number,
            one.return_yen,
            one.transferred_on or japan_date(one.recorded_at),
            one.transferred_by,
            one.transfer_reference,
        )
        for one in noted.order_by("-transferred_on", "-pk")[:most]
    ]
    return sorted(found, key=lambda item: (item.on, item.row_id), reverse=True)[:most]


def find_receivable(*, receivable_id: int) -> Receivable | None:
    """With payment, member and every write-off that was asked for, the first one first."""
    asked = Prefetch("write_offs", queryset=WriteOff.objects.order_by("asked_at", "pk"))
    found = Receivable.objects.select_related("payment__member").prefetch_related(asked)
    return found.filter(pk=receivable_id).first()


def find_write_off(*, write_off_id: int) -> WriteOff | None:
    """With what it gives up."""
    return WriteOff.objects.select_related("receivable__payment__member").filter(pk=write_off_id).first()


def find_hand_return(*, hand_return_id: int) -> HandReturn | None:
    """With its member."""
    return HandReturn.objects.select_related("member").filter(pk=hand_return_id).first()
