"""Giving premium up, transferring what no card takes, processor's costs, and the list of what a person has to look at."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.reason import ReasonMissing
from sonae.apps.billing.gateway import DisputeState, GatewayUnknown
from sonae.apps.billing.models import HandReturn, JournalEntry, Payment, Receivable, WriteOff
from sonae.apps.billing.queries import Matter, list_money_to_look_at
from sonae.apps.billing.use_cases.refund_payment import write_down_refund
from sonae.apps.billing.use_cases.return_premium import return_premium
from sonae.apps.billing.use_cases.sweep_payments import sweep_payments
from sonae.apps.billing.use_cases.transfer_return import (
    DayOutOfReach,
    ReferenceMissing,
    TransferredOtherwise,
    note_transfer,
    take_back_transfer,
)
from sonae.apps.billing.use_cases.write_off import (
    NothingOwed,
    SamePerson,
    WriteOffStands,
    agree_to_write_off,
    drop_write_off,
    owed_of,
    take_back_write_off,
    write_off,
)
from tests import cast, clock
from tests.apps.billing.bought import PREMIUM, balance, buy, hear
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
CLERK, OTHER = "user:901", "user:902"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


@pytest.fixture
def receivable(people: cast.Cast, gateway: MemoryGateway) -> Receivable:
    """The whole premium, lost to the bank."""
    _, payment = buy(people.member, gateway)
    gateway.bank_takes_back(PREMIUM, DisputeState.LOST)
    hear(payment, gateway)
    return Receivable.objects.get()


def give_up(receivable: Receivable, yen: int, reason: str = "会員と連絡がつかないため", actor: str = CLERK) -> WriteOff:
    return write_off(receivable_id=receivable.pk, write_off_yen=yen, reason=reason, actor=actor, now=clock.now())


def test_up_to_the_limit_one_clerk_gives_premium_up_and_sending_it_twice_is_once(receivable: Receivable) -> None:
    first, second = give_up(receivable, 10_000), give_up(receivable, 10_000)
    assert (first.pk, first.state) == (second.pk, "done")
    assert balance()["written_off"] == 10_000
    assert balance()["member_receivable"] == PREMIUM - 10_000
    assert owed_of(receivable) == PREMIUM - 10_000
    actions = AuditEntry.objects.filter(action__startswith="write_off.").order_by("id")
    assert list(actions.values_list("action", "actor")) == [("write_off.asked", CLERK), ("write_off.done", CLERK)]


def test_above_the_limit_another_person_has_to_agree(receivable: Receivable) -> None:
    asked = give_up(receivable, 10_001)
    assert asked.state == "waiting"
    assert "written_off" not in balance()
    with pytest.raises(SamePerson):
        agree_to_write_off(write_off_id=asked.pk, actor=CLERK, now=clock.now())
    for _ in range(2):
        done = agree_to_write_off(write_off_id=asked.pk, actor=OTHER, now=clock.now())
        assert (done.state, done.decided_by) == ("done", OTHER)
    assert balance()["written_off"] == 10_001
    with pytest.raises(WriteOffStands):
        drop_write_off(write_off_id=asked.pk, reason="連絡が\nつきました", actor=CLERK, now=clock.now())


def test_with_a_limit_that_is_never_passed_the_second_person_is_not_asked(receivable: Receivable, settings) -> None:  # type: ignore[no-untyped-def]
    settings.SONAE_WRITE_OFF_ALONE_YEN = PREMIUM
    assert give_up(receivable, PREMIUM).state == "done"


def test_one_that_is_dropped_books_nothing_and_may_be_asked_for_again(receivable: Receivable) -> None:
    asked = give_up(receivable, PREMIUM)
    dropped = drop_write_off(write_off_id=asked.pk, reason="連絡が\nつきました", actor=CLERK, now=clock.now())
    assert (dropped.state, dropped.decision_reason, owed_of(receivable)) == ("dropped", "連絡が つきました", PREMIUM)
    assert "written_off" not in balance()
    assert AuditEntry.objects.get(action="write_off.dropped").detail["reason"] == "連絡が つきました"
    assert give_up(receivable, PREMIUM).pk != asked.pk


def test_nothing_is_dropped_without_a_reason(receivable: Receivable) -> None:
    asked = give_up(receivable, PREMIUM)
    with pytest.raises(ReasonMissing):
        drop_write_off(write_off_id=asked.pk, reason=" \n", actor=OTHER, now=clock.now())
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("waiting", "")


def test_taken_back_the_premium_is_owed_again_by_a_booking_of_its_own(receivable: Receivable) -> None:
    done = give_up(receivable, 9_000)
    for _ in range(2):
        take_back_write_off(write_off_id=done.pk, reason="連絡がついたため", actor=OTHER, now=clock.now())
    assert balance() == {"member_receivable": PREMIUM, "premium_payable": -PREMIUM}
    assert JournalEntry.objects.filter(key__startswith="write_off:").count() == 2
    again = give_up(receivable, 9_000)
    assert (again.pk != done.pk, balance()["written_off"]) == (True, 9_000)


def test_what_was_never_booked_is_not_taken_back(receivable: Receivable) -> None:
    asked = give_up(receivable, PREMIUM)
    with pytest.raises(WriteOffStands):
        take_back_write_off(write_off_id=asked.pk, reason="x", actor=OTHER, now=clock.now())


@pytest.mark.parametrize(("yen", "reason", "error"), [
    (PREMIUM + 1, "理由", NothingOwed), (0, "理由", NothingOwed), (-1, "理由", NothingOwed), (100, "  ", ReasonMissing),
])  # fmt: skip
def test_neither_more_than_is_owed_nor_without_a_reason(
    receivable: Receivable, yen: int, reason: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        give_up(receivable, yen, reason)
    assert not WriteOff.objects.exists()


def test_a_second_write_off_waits_until_the_first_is_decided_and_the_database_holds_to_it(
    receivable: Receivable,
) -> None:
    give_up(receivable, 10_001)
    with pytest.raises(NothingOwed):
        give_up(receivable, 500, actor=OTHER)
    with pytest.raises(IntegrityError, match="one_living_write_off"), transaction.atomic():
        WriteOff.objects.create(
            receivable=receivable, write_off_yen=1, reason="x", state="done", asked_by="x", asked_at=clock.now()
        )


@pytest.fixture
def by_hand(people: cast.Cast, gateway: MemoryGateway) -> HandReturn:
    """7,000 yen of return premium, and no card that could take it."""
    return_premium(key="act:7", member=people.member, charge_ids=[], return_yen=7_000, now=clock.now())
    return HandReturn.objects.get()


def transfer(found: HandReturn, reference: str = "20261124-1", on: date = date(2026, 11, 24)) -> HandReturn:
    return note_transfer(hand_return_id=found.pk, transferred_on=on, reference=reference, actor=CLERK, now=clock.now())


def test_a_transfer_is_booked_once_and_can_be_taken_back_and_noted_again(by_hand: HandReturn) -> None:
    owed = {"member_receivable": 7_000, "return_by_hand": -7_000}
    done = {"member_receivable": 7_000, "bank": -7_000}
    assert balance() == owed
    transfer(by_hand)
    transfer(by_hand)
    assert balance() == done
    with pytest.raises(TransferredOtherwise):
        transfer(by_hand, "20261124-9")
    for _ in range(2):
        take_back_transfer(hand_return_id=by_hand.pk, reason="口座番号違い", actor=OTHER, now=clock.now())
    assert balance() == owed
    transfer(by_hand, "20261124-9")
    assert balance() == done
    with pytest.raises(ReferenceMissing):
        transfer(by_hand, " ")


@pytest.mark.parametrize("on", [date(2026, 11, 23), date(2026, 11, 25)])
def test_a_transfer_before_it_was_owed_or_in_the_future_is_not_noted(by_hand: HandReturn, on: date) -> None:
    with pytest.raises(DayOutOfReach):
        transfer(by_hand, on=on)
    assert balance()["return_by_hand"] == -7_000


def test_a_transfer_is_not_taken_back_without_a_reason(by_hand: HandReturn) -> None:
    transfer(by_hand)
    with pytest.raises(ReasonMissing):
        take_back_transfer(hand_return_id=by_hand.pk, reason="　 ", actor=OTHER, now=clock.now())
    assert balance()["bank"] == -7_000


def test_the_list_has_every_matter_once_the_most_pressing_first(
    receivable: Receivable, by_hand: HandReturn, people: cast.Cast, gateway: MemoryGateway
) -> None:
    give_up(receivable, 20_000)
    _, payment = buy(people.other_member, gateway)
    gateway.bank_takes_back(5_000, name="dis_2")
    hear(payment, gateway)
    stuck = Payment.objects.create(
        key="enrol:x:1", purpose="enrol:x", member=people.member, charge_yen=1_000, gateway="memory", state="person",
        created_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    lost = write_down_refund(payment=payment, refund_yen=300, reason="act:9", now=clock.now())
    lost.next_check_at = None
    lost.save()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        listed = list_money_to_look_at()
    assert [(one.matter, one.row_id, one.yen, one.member_number) for one in listed] == [
        (Matter.PAYMENT, stuck.pk, 1_000, people.member.number),
        (Matter.DISPUTE, payment.disputes.get().pk, 5_000, people.other_member.number),
        (Matter.REFUND, lost.pk, 300, people.other_member.number),
        (Matter.HAND_RETURN, by_hand.pk, 7_000, people.member.number),
        (Matter.RECEIVABLE, receivable.pk, PREMIUM - 20_000, people.member.number),
        (Matter.WRITE_OFF, WriteOff.objects.get().pk, 20_000, people.member.number),
    ]
    assert len(queries) == 6
    transfer(by_hand)
    agree_to_write_off(write_off_id=WriteOff.objects.get().pk, actor=OTHER, now=clock.now())
    assert {one.matter for one in list_money_to_look_at()} == {
        Matter.PAYMENT, Matter.DISPUTE, Matter.REFUND, Matter.RECEIVABLE,
    }  # fmt: skip


def test_a_refund_that_no_answer_comes_for_is_on_the_list_after_six_days(
    people: cast.Cast, gateway: MemoryGateway
) -> None:
    _, payment = buy(people.member, gateway)
    write_down_refund(payment=payment, refund_yen=300, reason="act:9", now=clock.now())
    gateway.fail_with["refund"] = GatewayUnknown()
    for hours in range(0, 24 * 8, 6):
        sweep_payments(gateway=gateway, now=clock.later(hours=hours))
    assert [one.matter for one in list_money_to_look_at()] == [Matter.REFUND]
