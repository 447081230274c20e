"""Give up premium that is owed again. A clerk alone up to a limit, above it with a second person; it can be taken back."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from sonae.apps.audit.reason import LONGEST_REASON, said_reason
from sonae.apps.audit.record import record
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Payment, Posting, Receivable, WriteOff
from sonae.apps.billing.recovered import recovered_of

Account = Posting.Account
State = WriteOff.State
LIVING = (State.WAITING, State.DONE)
SYSTEM = "system:billing"


class SamePerson(Exception):
    """Above the limit another person decides than the one who asked."""


class NothingOwed(Exception):
    """More than is still owed: ``owed_yen`` is."""

    def __init__(self, owed_yen: int) -> None:
        super().__init__(f"{owed_yen} yen are owed")
        self.owed_yen = owed_yen


class WriteOffStands(Exception):
    """It has been decided already, or taken back: ``write_off`` says how it stands."""

    def __init__(self, write_off: WriteOff) -> None:
        super().__init__(write_off.state)
        self.write_off = write_off


def owed_of(receivable: Receivable) -> int:
    """Yen that are still owed."""
    return still_owed(receivable, recovered_yen=recovered_of(receivable))


def still_owed(receivable: Receivable, *, recovered_yen: int) -> int:
    """The same, where it is known what came back: neither that is owed, nor what was given up or is asked to be."""
    given_up = sum(one.write_off_yen for one in receivable.write_offs.all() if one.state in LIVING)
    return receivable.receivable_yen - recovered_yen - given_up


def needs_second_person(write_off_yen: int) -> bool:
    """Above the limit of the settings."""
    return write_off_yen > settings.SONAE_WRITE_OFF_ALONE_YEN


@transaction.atomic
def write_off(*, receivable_id: int, write_off_yen: int, reason: str, actor: str, now: datetime) -> WriteOff:
    """The write-off: done, or waiting for the second person. Asked for again while one lives, it is the same one.

    Raises ReasonMissing, NothingOwed and Receivable.DoesNotExist.
    """
    reason = said_reason(reason)
    receivable = Receivable.objects.select_related("payment").get(pk=receivable_id)
    _lock_payment(receivable.payment_id)
    living = WriteOff.objects.filter(receivable=receivable, state__in=LIVING).first()
    if living is not None and (living.write_off_yen, living.asked_by) == (write_off_yen, actor):
        return living
    owed = owed_of(receivable)
    if not 0 < write_off_yen <= owed or living is not None:
        raise NothingOwed(owed)
    asked = WriteOff.objects.create(
        receivable=receivable,
        write_off_yen=write_off_yen,
        reason=reason,
        state=State.WAITING,
        asked_by=actor,
        asked_at=now,
    )
    _tell(asked, "write_off.asked", actor, now=now)
    if not needs_second_person(write_off_yen):
        _carry_out(asked, actor=actor, now=now)
    return asked


@transaction.atomic
def agree_to_write_off(*, write_off_id: int, checked: str = "", actor: str, now: datetime) -> WriteOff:
    """The second person says yes, and it is booked; ``checked`` says what they have looked at. Saying it again changes nothing.

    Raises SamePerson, WriteOffStands and WriteOff.DoesNotExist.
    """
    asked = _to_decide(write_off_id, State.DONE, actor=actor)
    if asked.state == State.WAITING:
        if actor == asked.asked_by:
            raise SamePerson
        asked.decision_reason = " ".join(checked.split())[:LONGEST_REASON]
        _carry_out(asked, actor=actor, now=now)
    return asked


@transaction.atomic
def drop_write_off(*, write_off_id: int, reason: str, actor: str, now: datetime) -> WriteOff:
    """Whoever asked, or the second person, says no, and why; nothing is booked. Saying it again changes nothing.

    Raises ReasonMissing, WriteOffStands and WriteOff.DoesNotExist.
    """
    asked = _to_decide(write_off_id, State.DROPPED, actor=actor)
    if asked.state == State.WAITING:
        asked.decision_reason = said_reason(reason)
        _decide(asked, State.DROPPED, actor=actor, now=now)
        _tell(asked, "write_off.dropped", actor, now=now)
    return asked


@transaction.atomic
def take_back_write_off(*, write_off_id: int, reason: str, actor: str, now: datetime) -> WriteOff:
    """The premium is owed again, by a booking of its own. Taking back again changes nothing.

    Raises ReasonMissing, WriteOffStands (nothing was booked) and WriteOff.DoesNotExist.
    """
    reason = said_reason(reason)
    done = _locked(write_off_id)
    if done.state == State.TAKEN_BACK:
        return done
    if done.state != State.DONE:
        raise WriteOffStands(done)
    done.state, done.taken_back_by, done.taken_back_at, done.taken_back_reason = State.TAKEN_BACK, actor, now, reason
    done.save(update_fields=["state", "taken_back_by", "taken_back_at", "taken_back_reason"])
    book(
        key=f"{_key(done)}:taken_back",
        postings={Account.MEMBER_RECEIVABLE: done.write_off_yen, Account.WRITTEN_OFF: -done.write_off_yen},
        description="貸倒処理の取消し",
        now=now,
    )
    _tell(done, "write_off.taken_back", actor, now=now)
    return done


def end_write_offs(*, receivable: Receivable, reason: str, now: datetime) -> None:
    """Nothing of it is to be given up now: what is booked is taken back, what waits is dropped. Call it with the payment held."""
    for living in WriteOff.objects.filter(receivable=receivable, state__in=LIVING):
        if living.state == State.WAITING:
            drop_write_off(write_off_id=living.pk, reason=reason, actor=SYSTEM, now=now)
        else:
            take_back_write_off(write_off_id=living.pk, reason=reason, actor=SYSTEM, now=now)


def _carry_out(asked: WriteOff, *, actor: str, now: datetime) -> None:
    _decide(asked, State.DONE, actor=actor, now=now)
    book(
        key=_key(asked),
        postings={Account.WRITTEN_OFF: asked.write_off_yen, Account.MEMBER_RECEIVABLE: -asked.write_off_yen},
        description="貸倒処理",
        now=now,
    )
    _tell(asked, "write_off.done", actor, now=now)


def _decide(asked: WriteOff, state: str, *, actor: str, now: datetime) -> None:
    asked.state, asked.decided_by, asked.decided_at = state, actor, now
    asked.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])


def _to_decide(write_off_id: int, wanted: str, *, actor: str) -> WriteOff:
    """Held; either it waits, or this person has decided so before."""
    asked = _locked(write_off_id)
    if asked.state != State.WAITING and (asked.state, asked.decided_by) != (wanted, actor):
        raise WriteOffStands(asked)
    return asked


def _locked(write_off_id: int) -> WriteOff:
    _lock_payment(WriteOff.objects.values_list("receivable__payment_id", flat=True).get(pk=write_off_id))
    return WriteOff.objects.select_related("receivable__payment").get(pk=write_off_id)


def _lock_payment(payment_id: int) -> None:
    """Everything about one payment's money takes turns. Receivables are a log: the serving account may not lock their rows."""
    Payment.objects.select_for_update().get(pk=payment_id)


def _key(write_off: WriteOff) -> str:
    return f"write_off:{write_off.pk}:payment:{write_off.receivable.payment.key}"


def _tell(write_off: WriteOff, action: str, actor: str, *, now: datetime) -> None:
    said = write_off.taken_back_reason or write_off.decision_reason or write_off.reason
    record(now=now, actor=actor, action=action, object_kind="payment", object_id=write_off.receivable.payment.key,
           write_off_yen=write_off.write_off_yen, reason=said)  # fmt: skip
