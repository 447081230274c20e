"""Chargebacks: the money leaves, comes back, or is owed again. Booked once, never given back twice, and no cover is ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.gateway import DisputeState
from sonae.apps.billing.models import Dispute, HandReturn, Payment, Receivable, Refund
from sonae.apps.billing.refundable import refundable_of
from sonae.apps.billing.use_cases import refund_payment
from sonae.apps.billing.use_cases.refund_payment import write_down_refund
from sonae.apps.billing.use_cases.return_premium import return_premium
from sonae.apps.billing.use_cases.sweep_payments import sweep_payments
from sonae.apps.certificates.models import Certificate
from tests import cast, clock
from tests.apps.billing.bought import PREMIUM, balance, buy, hear
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
PAID = {"card_processor": PREMIUM, "premium_payable": -PREMIUM}


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


@pytest.fixture
def bought(people: cast.Cast, gateway: MemoryGateway) -> tuple[Certificate, Payment]:
    certificate, payment = buy(people.member, gateway)
    assert balance() == PAID
    return certificate, payment


def told(payment: Payment) -> list[str]:
    actions = AuditEntry.objects.filter(object_id=payment.key, action__startswith="payment.disp")
    return list(actions.order_by("id").values_list("action", flat=True))


def test_an_opened_dispute_takes_the_money_away_once_and_leaves_the_cover(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    certificate, payment = bought
    gateway.bank_takes_back(PREMIUM)
    for _ in range(3):
        hear(payment, gateway)
    assert balance() == {"disputed": PREMIUM, "premium_payable": -PREMIUM}
    assert Dispute.objects.get().state == "open"
    assert told(payment) == ["payment.disputed"]
    assert refundable_of(payment) == 0
    certificate.refresh_from_db()
    assert (certificate.cancelled_on, certificate.transactions.count()) == (None, 1)


def test_a_dispute_that_is_won_brings_everything_back(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    _, payment = bought
    for state in (DisputeState.OPEN, DisputeState.WON, DisputeState.WON):
        gateway.bank_takes_back(PREMIUM, state)
        hear(payment, gateway)
    assert balance() == PAID
    assert told(payment) == ["payment.disputed", "payment.dispute_won"]
    assert refundable_of(payment) == PREMIUM


def test_a_dispute_that_is_lost_leaves_the_premium_owed_again_and_the_cover_in_force(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    certificate, payment = bought
    for state in (DisputeState.OPEN, DisputeState.LOST, DisputeState.LOST):
        gateway.bank_takes_back(PREMIUM, state)
        hear(payment, gateway)
    assert balance() == {"member_receivable": PREMIUM, "premium_payable": -PREMIUM}
    owed = Receivable.objects.get()
    assert (owed.receivable_yen, owed.reason, owed.payment) == (PREMIUM, "dispute_lost", payment)
    assert refundable_of(payment) == 0
    certificate.refresh_from_db()
    assert certificate.cancelled_on is None


def test_a_dispute_first_heard_of_when_it_is_lost_is_booked_the_same(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    _, payment = bought
    gateway.bank_takes_back(20_000, DisputeState.LOST)
    hear(payment, gateway)
    assert balance() == {"card_processor": PREMIUM - 20_000, "member_receivable": 20_000, "premium_payable": -PREMIUM}
    assert told(payment) == ["payment.disputed", "payment.dispute_lost"]
    assert refundable_of(payment) == PREMIUM - 20_000


def owed_back(payment: Payment, refund_yen: int) -> Refund:
    """Return premium of an act, written down as a refund to the card."""
    (refund,) = return_premium(
        key="act:1", member=payment.member, charge_ids=list(payment.allocations.values_list("charge_id", flat=True)),
        return_yen=refund_yen, now=clock.now(),
    )  # fmt: skip
    return refund


def test_while_the_bank_decides_nothing_is_given_back_and_then_it_is(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    _, payment = bought
    refund = owed_back(payment, 10_000)
    gateway.bank_takes_back(PREMIUM)
    hear(payment, gateway)
    for day in range(1, 40):
        sweep_payments(gateway=gateway, now=clock.later(days=day))
    assert gateway.refunds == []
    refund.refresh_from_db()
    assert refund.next_check_at is not None, "no person is called for what the bank alone can decide"
    gateway.bank_takes_back(PREMIUM, DisputeState.WON)
    hear(payment, gateway)
    sweep_payments(gateway=gateway, now=clock.later(seconds=1))
    assert gateway.refunds == [10_000]


def test_without_waiting_for_the_bank_the_card_holder_gets_the_money_twice(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, payment = bought
    owed_back(payment, 10_000)
    gateway.bank_takes_back(PREMIUM)
    monkeypatch.setattr(refund_payment, "is_in_dispute", lambda _: False)
    hear(payment, gateway)
    sweep_payments(gateway=gateway, now=clock.later(minutes=1))
    gateway.bank_takes_back(PREMIUM, DisputeState.LOST)
    hear(payment, gateway)
    assert gateway.refunds == [10_000]
    assert balance()["card_processor"] == -10_000


def test_what_was_owed_back_and_is_lost_to_the_bank_is_paid_by_it(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    """10,000 yen were to go back to the card; the card holder took all 59,530. The rest is premium owed again."""
    _, payment = bought
    refund = owed_back(payment, 10_000)
    for state in (DisputeState.OPEN, DisputeState.LOST):
        gateway.bank_takes_back(PREMIUM, state)
        hear(payment, gateway)
    refund.refresh_from_db()
    assert refund.refunded_at == clock.now()
    assert refund.dispute == Dispute.objects.get()
    assert Receivable.objects.get().receivable_yen == PREMIUM - 10_000
    # The return premium itself was booked as owed by the member to itself when it was asked for: 10,000 less premium.
    assert balance() == {"member_receivable": PREMIUM, "premium_payable": -PREMIUM}
    sweep_payments(gateway=gateway, now=clock.later(days=1))
    assert gateway.refunds == []


def test_a_charge_without_cover_that_the_bank_takes_back_is_not_refunded_too(
    people: cast.Cast, gateway: MemoryGateway
) -> None:
    _, payment = buy(people.member, gateway)
    write_down_refund(payment=payment, refund_yen=PREMIUM, reason="no_cover", now=clock.now())
    for state in (DisputeState.OPEN, DisputeState.LOST):
        gateway.bank_takes_back(PREMIUM, state)
        hear(payment, gateway)
    sweep_payments(gateway=gateway, now=clock.later(days=1))
    assert gateway.refunds == []
    assert not Receivable.objects.exists()


def test_return_premium_for_a_disputed_charge_is_kept_to_be_transferred_by_hand(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    _, payment = bought
    gateway.bank_takes_back(PREMIUM - 4_000)
    hear(payment, gateway)
    refund = owed_back(payment, 10_000)
    assert refund.refund_yen == 4_000
    by_hand = HandReturn.objects.get()
    assert (by_hand.return_yen, by_hand.member) == (6_000, payment.member)
    assert balance()["return_by_hand"] == -6_000
    assert balance()["refund_payable"] == -4_000
    assert AuditEntry.objects.get(action="refund.no_card_left").detail["refund_yen"] == 6_000


def test_a_refund_by_hand_at_the_processor_is_not_taken_for_a_dispute_nor_the_other_way_round(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    _, payment = bought
    gateway._change(refunded_yen=9_530)
    hear(payment, gateway)
    gateway.bank_takes_back(50_000)
    hear(payment, gateway)
    assert balance() == {"disputed": 50_000, "member_receivable": 9_530, "premium_payable": -PREMIUM}
    assert refundable_of(payment) == 0
    assert Receivable.objects.get().reason == "refunded_elsewhere"


def test_a_dispute_of_which_no_message_comes_is_found_by_the_round_of_the_next_day(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    gateway.bank_takes_back(PREMIUM)
    sweep_payments(gateway=gateway, now=clock.now() + timedelta(days=1))
    assert Dispute.objects.get().dispute_yen == PREMIUM
