"""A dispute as the processor tells of it: opened, won, lost, lost and won after all, or won and lost after all.

Books and audit only; what becomes of the cover a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardDispute, DisputeState
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Dispute, JournalEntry, Payment, Posting, Receivable, Refund, WriteOff
from sonae.apps.billing.recovered import LOST, REVERSED
from sonae.apps.billing.use_cases.owe_again import owe_again
from sonae.apps.billing.use_cases.write_off import end_write_offs

Account = Posting.Account
State = Dispute.State


def note_dispute(*, payment: Payment, seen: CardDispute, now: datetime) -> Dispute:
    """Book what is new of it, each step once. The caller holds the payment's lock."""
    dispute, is_new = Dispute.objects.get_or_create(
        payment=payment,
        dispute_id=seen.dispute_id,
        defaults={"dispute_yen": seen.dispute_yen, "state": State.OPEN, "opened_at": now},
    )
    if is_new:
        _open(dispute, now=now)
    if dispute.state == State.OPEN and seen.state != DisputeState.OPEN:
        dispute.state, dispute.closed_at = State(seen.state), now
        dispute.save(update_fields=["state", "closed_at"])
        if dispute.state == State.WON:
            _win(dispute, now=now)
        else:
            _lose(dispute, now=now)
    elif dispute.state == State.LOST and seen.state == DisputeState.WON:
        dispute.state, dispute.closed_at = State.WON, now
        dispute.save(update_fields=["state", "closed_at"])
        _win_after_all(dispute, now=now)
    elif dispute.state == State.WON and seen.state == DisputeState.LOST:
        dispute.state, dispute.closed_at = State.LOST, now
        dispute.save(update_fields=["state", "closed_at"])
        _take_away_again(dispute, now=now)
        _lose(dispute, now=now)
    return dispute


def is_overturned(*, payment: Payment, seen: Iterable[CardDispute]) -> bool:
    """Whether the processor tells otherwise of a decision that is booked. Answers can overtake each other, so it is asked again."""
    told = {one.dispute_id: one.state for one in seen}
    decided = Dispute.objects.filter(payment=payment, dispute_id__in=told).exclude(state=State.OPEN) if told else []
    return any(told[one.dispute_id] != one.state for one in decided)


def _open(dispute: Dispute, *, now: datetime) -> None:
    book(
        key=f"{_key(dispute)}:opened",
        postings={Account.DISPUTED: dispute.dispute_yen, Account.CARD_PROCESSOR: -dispute.dispute_yen},
        description="チャージバック（異議申立て）",
        now=now,
    )
    _tell(dispute, "payment.disputed", now=now)


def _win(dispute: Dispute, *, now: datetime) -> None:
    book(
        key=f"{_key(dispute)}:won",
        postings={Account.CARD_PROCESSOR: dispute.dispute_yen, Account.DISPUTED: -dispute.dispute_yen},
        description="チャージバック（当方の主張が認められた）",
        now=now,
    )
    _ask_for_refunds(dispute.payment, now=now)
    _tell(dispute, "payment.dispute_won", now=now)


def _ask_for_refunds(payment: Payment, *, now: datetime) -> None:
    """What was put off until the bank had decided is asked for at once."""
    Refund.objects.filter(payment=payment, refunded_at__isnull=True).update(next_check_at=now)


def _take_away_again(dispute: Dispute, *, now: datetime) -> None:
    """What had come back with the win has left once more, as when the dispute was opened."""
    book(
        key=_numbered(dispute, ":reopened"),
        postings={Account.DISPUTED: dispute.dispute_yen, Account.CARD_PROCESSOR: -dispute.dispute_yen},
        description="チャージバック（認められたあとに覆った）",
        now=now,
    )


def _lose(dispute: Dispute, *, now: datetime) -> None:
    """What we owed back to this card, the card holder has now; for the rest the premium is owed again."""
    left = dispute.dispute_yen
    waiting = Refund.objects.select_for_update().filter(payment=dispute.payment, refunded_at__isnull=True)
    for refund in waiting.order_by("pk"):
        if refund.refund_yen <= left:
            _settle_refund(refund, dispute, now=now)
            left -= refund.refund_yen
    if left:
        owe_again(
            key=_numbered(dispute, LOST),
            payment=dispute.payment,
            receivable_yen=left,
            reason=Receivable.Reason.DISPUTE_LOST,
            from_account=Account.DISPUTED,
            now=now,
        )
    _tell(dispute, "payment.dispute_lost", now=now)


def _settle_refund(refund: Refund, dispute: Dispute, *, now: datetime) -> None:
    refund.dispute, refund.refunded_at, refund.next_check_at = dispute, now, None
    refund.save(update_fields=["dispute", "refunded_at", "next_check_at"])
    book(
        key=refund.key,
        postings={Account.REFUND_PAYABLE: refund.refund_yen, Account.DISPUTED: -refund.refund_yen},
        description=f"返金 {refund.reason}（チャージバックで返却済み）",
        now=now,
    )


def _win_after_all(dispute: Dispute, *, now: datetime) -> None:
    """The money is back: what the loss had paid back to the card is owed to it again, and the premium is no longer owed to us.

    What was written off meanwhile is taken back first, by a booking of its own.
    """
    owed = Receivable.objects.filter(key=_numbered(dispute, LOST)).first()
    reversal = _numbered(dispute, REVERSED)
    if owed is not None:
        end_write_offs(receivable=owed, reason=WriteOff.DISPUTE_REVERSED, now=now)
    premium_yen = owed.receivable_yen if owed is not None else 0
    lines = {
        Account.CARD_PROCESSOR: dispute.dispute_yen,
        Account.MEMBER_RECEIVABLE: -premium_yen,
        Account.REFUND_PAYABLE: premium_yen - dispute.dispute_yen,
    }
    book(
        key=reversal,
        postings={account: yen for account, yen in lines.items() if yen},
        description="チャージバック（あとから当方の主張が認められた）",
        now=now,
    )
    for refund in Refund.objects.select_for_update().filter(dispute=dispute):
        _open_again(refund, reversal=reversal, now=now)
    _ask_for_refunds(dispute.payment, now=now)
    _tell(dispute, "payment.dispute_reversed", now=now)


def _open_again(refund: Refund, *, reversal: str, now: datetime) -> None:
    """It has to be carried out after all, under a new key: the old one is booked, and the processor may keep a refusal under it."""
    which = reversal.rpartition(REVERSED)[2]
    refund.key = f"refund:{refund.pk}:after_dispute:{refund.dispute_id}{':' if which else ''}{which}"
    refund.created_at, refund.checks = now, 0
    refund.dispute, refund.refunded_at, refund.refund_id = None, None, ""
    refund.save(update_fields=["key", "created_at", "checks", "dispute", "refunded_at", "refund_id"])


def _numbered(dispute: Dispute, ending: str) -> str:
    """The key of a step that may come more than once: of the first loss without a number, of the second one with 2. A loss and its
    reversal have the same number."""
    reversals = JournalEntry.objects.filter(key__startswith=f"{_key(dispute)}{REVERSED}").count()
    return f"{_key(dispute)}{ending}{reversals + 1 if reversals else ''}"


def _key(dispute: Dispute) -> str:
    return f"dispute:{dispute.pk}:payment:{dispute.payment.key}"


def _tell(dispute: Dispute, action: str, *, now: datetime) -> None:
    record(now=now, actor=f"gateway:{dispute.payment.gateway}", action=action, object_kind="payment",
           object_id=dispute.payment.key, dispute_yen=dispute.dispute_yen, dispute_id=dispute.dispute_id)  # fmt: skip
