"""Return premium that no card could take was transferred to the member's bank account: noted by the desk, taken back if wrong."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.reason import said_reason
from sonae.apps.audit.record import record
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import HandReturn, Posting
from sonae.domain.calendar import japan_date

Account = Posting.Account


class ReferenceMissing(Exception):
    """The bank's reference is needed, so that the transfer is found on the statement."""


class DayOutOfReach(Exception):
    """It is transferred after it was owed, and not in the future."""


class TransferredOtherwise(Exception):
    """Somebody noted another transfer of this return already: ``hand_return`` says which."""

    def __init__(self, hand_return: HandReturn) -> None:
        super().__init__(hand_return.transfer_reference)
        self.hand_return = hand_return


@transaction.atomic
def note_transfer(
    *, hand_return_id: int, transferred_on: date, reference: str, actor: str, now: datetime
) -> HandReturn:
    """Booked against the bank. Noting the same transfer again changes nothing.

    Raises ReferenceMissing, DayOutOfReach, TransferredOtherwise and HandReturn.DoesNotExist.
    """
    reference = " ".join(reference.split())[:100]
    if not reference:
        raise ReferenceMissing
    found = HandReturn.objects.select_for_update(of=("self",)).select_related("member").get(pk=hand_return_id)
    if found.transferred_on is not None:
        if (found.transferred_on, found.transfer_reference) == (transferred_on, reference):
            return found
        raise TransferredOtherwise(found)
    if not japan_date(found.recorded_at) <= transferred_on <= japan_date(now):
        raise DayOutOfReach(transferred_on.isoformat())
    found.transferred_on, found.transfer_reference, found.transferred_by = transferred_on, reference, actor
    found.transfers += 1
    found.save(update_fields=["transferred_on", "transfer_reference", "transferred_by", "transfers"])
    book(
        key=_key(found),
        postings={Account.RETURN_BY_HAND: found.return_yen, Account.BANK: -found.return_yen},
        description="返戻保険料の振込",
        now=now,
    )
    record(now=now, actor=actor, action="hand_return.transferred", object_kind="member", object_id=found.member.number,
           return_yen=found.return_yen, reference=reference)  # fmt: skip
    return found


@transaction.atomic
def take_back_transfer(*, hand_return_id: int, reason: str, actor: str, now: datetime) -> HandReturn:
    """It was not transferred after all (the bank sent it back, or it was noted by mistake): owed by hand again.

    Taking back what isn't noted changes nothing. Raises ReasonMissing and HandReturn.DoesNotExist.
    """
    reason = said_reason(reason)
    found = HandReturn.objects.select_for_update(of=("self",)).select_related("member").get(pk=hand_return_id)
    if found.transferred_on is None:
        return found
    book(
        key=f"{_key(found)}:taken_back",
        postings={Account.BANK: found.return_yen, Account.RETURN_BY_HAND: -found.return_yen},
        description="返戻保険料の振込の取消し",
        now=now,
    )
    record(now=now, actor=actor, action="hand_return.taken_back", object_kind="member", object_id=found.member.number,
           return_yen=found.return_yen, reference=found.transfer_reference, reason=reason)  # fmt: skip
    found.transferred_on, found.transfer_reference, found.transferred_by = None, "", ""
    found.save(update_fields=["transferred_on", "transfer_reference", "transferred_by"])
    return found


def _key(hand_return: HandReturn) -> str:
    return f"transfer:{hand_return.pk}:{hand_return.transfers}"
