"""Chargebacks: the money leaves, comes back, or is owed again. Booked once, never given back twice, and no cover is ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.gateway import DisputeState, GatewayUnknown
from sonae.apps.billing.models import Dispute, HandReturn, JournalEntry, Payment, Receivable, Refund
from sonae.apps.billing.queries import list_money_to_look_at
from sonae.apps.billing.recovered import recovered_of
from sonae.apps.billing.refundable import refundable_of
from sonae.apps.billing.use_cases import note_after_capture, note_dispute, refund_payment
from sonae.apps.billing.use_cases.refund_payment import write_down_refund
from sonae.apps.billing.use_cases.return_premium import return_premium
from sonae.apps.billing.use_cases.sweep_payments import sweep_payments
from sonae.apps.billing.use_cases.write_off import NothingOwed, owed_of, write_off
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


def lose_and_win_after_all(payment: Payment, gateway: MemoryGateway, dispute_yen: int = PREMIUM) -> None:
    """The bank decides for the card holder, and a week later for us; each is heard of twice."""
    gateway.bank_takes_back(dispute_yen, DisputeState.LOST)
    hear(payment, gateway)
    for _ in range(2):
        gateway.bank_takes_back(dispute_yen, DisputeState.WON)
        hear(payment, gateway)


@pytest.mark.parametrize("dispute_yen", [PREMIUM, 20_000])
def test_a_dispute_that_is_won_after_it_was_lost_leaves_the_premium_paid(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, dispute_yen: int
) -> None:
    _, payment = bought
    lose_and_win_after_all(payment, gateway, dispute_yen)
    assert balance() == PAID
    assert lines_of(":reversed") == {"card_processor": dispute_yen, "member_receivable": -dispute_yen}
    owed = Receivable.objects.get()
    assert (owed.receivable_yen, recovered_of(owed), owed_of(owed)) == (dispute_yen, dispute_yen, 0)
    assert list_money_to_look_at() == []
    assert refundable_of(payment) == PREMIUM
    assert told(payment) == ["payment.disputed", "payment.dispute_lost", "payment.dispute_reversed"]
    with pytest.raises(NothingOwed):
        write_off(receivable_id=owed.pk, write_off_yen=1, reason="x", actor="user:901", now=clock.now())


def lines_of(ending: str) -> dict[str, int]:
    """The one entry whose key ends so."""
    entry = JournalEntry.objects.get(key__endswith=ending)
    return dict(entry.postings.values_list("account", "posted_yen"))


def test_what_the_loss_had_paid_back_to_the_card_is_owed_to_it_again_and_carried_out_once(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    """10,000 yen were to go back to the card; the loss took all 59,530, the reversal brings them back."""
    _, payment = bought
    refund = owed_back(payment, 10_000)
    lose_and_win_after_all(payment, gateway)
    assert lines_of(":reversed") == {
        "card_processor": PREMIUM, "member_receivable": -(PREMIUM - 10_000), "refund_payable": -10_000,
    }  # fmt: skip
    again = Refund.objects.get()
    assert (again.pk, again.refunded_at, again.dispute) == (refund.pk, clock.now(), None)
    assert again.key != refund.key
    assert refundable_of(payment) == PREMIUM - 10_000
    for seconds in (1, 2):
        sweep_payments(gateway=gateway, now=clock.later(seconds=seconds))
    assert gateway.refunds == [10_000]
    assert balance() == {
        "card_processor": PREMIUM - 10_000, "member_receivable": 10_000, "premium_payable": -PREMIUM,
    }  # fmt: skip


def test_without_opening_the_refund_again_the_card_holder_never_gets_what_we_owe(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, payment = bought
    owed_back(payment, 10_000)
    monkeypatch.setattr(note_dispute, "_open_again", lambda *_, **__: None)
    lose_and_win_after_all(payment, gateway)
    sweep_payments(gateway=gateway, now=clock.later(days=1))
    assert gateway.refunds == []
    assert balance()["refund_payable"] == -10_000


@pytest.mark.parametrize(
    ("write_off_yen", "state", "ends_as"), [(9_000, "done", "taken_back"), (PREMIUM, "waiting", "dropped")]
)
def test_what_was_written_off_is_taken_back_when_the_money_comes_back(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, write_off_yen: int, state: str, ends_as: str
) -> None:
    _, payment = bought
    gateway.bank_takes_back(PREMIUM, DisputeState.LOST)
    hear(payment, gateway)
    owed = Receivable.objects.get()
    given_up = write_off(
        receivable_id=owed.pk, write_off_yen=write_off_yen, reason="x", actor="user:901", now=clock.now()
    )
    assert given_up.state == state
    for _ in range(2):
        gateway.bank_takes_back(PREMIUM, DisputeState.WON)
        hear(payment, gateway)
    given_up.refresh_from_db()
    assert (given_up.state, owed_of(owed)) == (ends_as, 0)
    assert given_up.taken_back_reason == ("dispute_reversed" if state == "done" else "")
    assert given_up.decision_reason == ("dispute_reversed" if state == "waiting" else "")
    assert balance() == PAID
    assert list_money_to_look_at() == []


def test_without_taking_the_write_off_back_the_member_seems_to_have_paid_too_much(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, payment = bought
    gateway.bank_takes_back(PREMIUM, DisputeState.LOST)
    hear(payment, gateway)
    owed = Receivable.objects.get()
    write_off(receivable_id=owed.pk, write_off_yen=9_000, reason="x", actor="user:901", now=clock.now())
    monkeypatch.setattr(note_dispute, "end_write_offs", lambda **_: None)
    gateway.bank_takes_back(PREMIUM, DisputeState.WON)
    hear(payment, gateway)
    assert balance()["member_receivable"] == -9_000


def decide(payment: Payment, gateway: MemoryGateway, *states: DisputeState, dispute_yen: int = PREMIUM) -> None:
    """The bank decides so, one after the other; each is heard of twice."""
    for state in states:
        gateway.bank_takes_back(dispute_yen, state)
        for _ in range(2):
            hear(payment, gateway)


@pytest.mark.parametrize("dispute_yen", [PREMIUM, 20_000])
def test_a_dispute_that_is_lost_after_it_was_won_leaves_the_premium_owed_again_like_a_first_loss(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, dispute_yen: int
) -> None:
    certificate, payment = bought
    decide(payment, gateway, DisputeState.OPEN, DisputeState.WON, DisputeState.LOST, dispute_yen=dispute_yen)
    left = {"card_processor": PREMIUM - dispute_yen} if dispute_yen < PREMIUM else {}
    assert balance() == {**left, "member_receivable": dispute_yen, "premium_payable": -PREMIUM}
    assert lines_of(":reopened") == {"disputed": dispute_yen, "card_processor": -dispute_yen}
    assert lines_of(":lost") == {"member_receivable": dispute_yen, "disputed": -dispute_yen}
    owed = Receivable.objects.get()
    assert (owed.receivable_yen, owed.reason, owed_of(owed)) == (dispute_yen, "dispute_lost", dispute_yen)
    assert [one.yen for one in list_money_to_look_at()] == [dispute_yen]
    assert refundable_of(payment) == PREMIUM - dispute_yen
    assert told(payment) == ["payment.disputed", "payment.dispute_won", "payment.dispute_lost"]
    certificate.refresh_from_db()
    assert certificate.cancelled_on is None


def test_a_bank_may_change_its_mind_as_often_as_it_likes_and_each_loss_is_owed_for_itself(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    """59,530 yen: lost, won, lost again – owed once, by the second loss; won again – owed no more."""
    _, payment = bought
    decide(payment, gateway, DisputeState.LOST, DisputeState.WON, DisputeState.LOST)
    assert balance() == {"member_receivable": PREMIUM, "premium_payable": -PREMIUM}
    first, second = Receivable.objects.order_by("pk")
    assert [owed_of(one) for one in (first, second)] == [0, PREMIUM]
    assert [one.row_id for one in list_money_to_look_at()] == [second.pk]
    decide(payment, gateway, DisputeState.WON)
    assert balance() == PAID
    assert [owed_of(one) for one in (first, second)] == [0, 0]
    decide(payment, gateway, DisputeState.LOST, DisputeState.WON)
    assert balance() == PAID
    keys = JournalEntry.objects.filter(key__startswith="dispute:").order_by("pk").values_list("key", flat=True)
    endings = [key.rpartition(":")[2] for key in keys]
    assert endings == [
        "opened", "lost", "reversed", "reopened2", "lost2", "reversed2", "reopened3", "lost3", "reversed3",
    ]  # fmt: skip


def test_what_we_owe_back_to_the_card_is_paid_by_each_loss_and_owed_again_after_each_win(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10,000 of 59,530 yen are owed back. Each loss pays them and leaves 49,530 owed; after the last win they are refunded once."""
    _, payment = bought
    owed_back(payment, 10_000)
    with monkeypatch.context() as without_refunds:
        without_refunds.setattr(gateway, "refund", no_answer)
        for _ in range(2):
            decide(payment, gateway, DisputeState.LOST)
            assert balance() == {"member_receivable": 10_000 + 49_530, "premium_payable": -PREMIUM}
            decide(payment, gateway, DisputeState.WON)
            assert balance() == {**PAID, "member_receivable": 10_000, "refund_payable": -10_000}
    for days in (1, 2):
        sweep_payments(gateway=gateway, now=clock.later(days=days))
    assert gateway.refunds == [10_000]
    assert balance() == {**PAID, "card_processor": 49_530, "member_receivable": 10_000}


def no_answer(**_: object) -> None:
    raise GatewayUnknown


def test_what_was_refunded_after_a_win_and_is_lost_then_has_left_twice(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway
) -> None:
    """10,000 yen were given back, 59,530 taken: the processor has 10,000 too few, and the member owes what the bank took."""
    _, payment = bought
    owed_back(payment, 10_000)
    decide(payment, gateway, DisputeState.OPEN, DisputeState.WON)
    sweep_payments(gateway=gateway, now=clock.later(seconds=1))
    assert gateway.refunds == [10_000]
    decide(payment, gateway, DisputeState.LOST)
    assert balance() == {
        "card_processor": -10_000, "member_receivable": 10_000 + PREMIUM, "premium_payable": -PREMIUM,
    }  # fmt: skip


def answers(gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch, *states: DisputeState) -> None:
    """What the processor says when it is asked, in this order."""
    said = []
    for state in states:
        gateway.bank_takes_back(PREMIUM, state)
        said.append(list(gateway.payments.values())[-1])
    monkeypatch.setattr(gateway, "read_payment", lambda **_: said.pop(0) if len(said) > 1 else said[0])


def test_an_answer_that_a_later_one_has_overtaken_overturns_nothing(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, payment = bought
    lose_and_win_after_all(payment, gateway)
    answers(gateway, monkeypatch, DisputeState.LOST, DisputeState.WON)
    hear(payment, gateway)
    assert (Dispute.objects.get().state, balance()) == ("won", PAID)


def test_without_asking_again_an_answer_that_was_overtaken_takes_the_premium_away(
    bought: tuple[Certificate, Payment], gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, payment = bought
    lose_and_win_after_all(payment, gateway)
    monkeypatch.setattr(note_after_capture, "is_overturned", lambda **_: False)
    answers(gateway, monkeypatch, DisputeState.LOST, DisputeState.WON)
    hear(payment, gateway)
    assert balance()["member_receivable"] == PREMIUM


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
