"""Certificates, ledger, list and payouts of one month: alike, explained, or red."""

from __future__ import annotations

from datetime import date

import pytest

from sonae.apps.billing.gateway import CardDispute, DisputeState
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Charge, Refund
from sonae.apps.billing.use_cases.note_dispute import note_dispute
from sonae.apps.billing.use_cases.refund_payment import carry_out_refund, write_down_refund
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.reporting.payout_items import list_payout_items
from sonae.apps.reporting.ties import Tie, ties_of, unexplained_of
from sonae.apps.reporting.use_cases.remit_premium import mark_remitted
from sonae.integrations.sandbox_card.processor import Processor
from tests import cast, clock
from tests.apps.reporting.test_close_bordereau import DECEMBER, NOVEMBER, act, at, close, sold
from tests.apps.reporting.test_payout_files import Make, charge, make, processor, take  # noqa: F401  # fixtures
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def charged(certificate: Certificate, *, yen: int | None = None) -> None:
    """A certificate's first act once more, with its charge (a row of the log can't be given one afterwards)."""
    entry = certificate.transactions.get(seq=1)
    key = f"enrol:{certificate.number}"
    row = Charge.objects.create(key=key, member=certificate.member, charge_yen=100, recorded_at=entry.recorded_at)
    Transaction.objects.create(
        certificate=certificate, seq=2, kind="change", effective_date=entry.effective_date, recorded_at=entry.recorded_at,
        patch={}, actor="user:7", rating_digest=entry.rating_digest, total_premium_after=entry.total_premium_after + 100,
        premium_difference=100, charge=row,
    )  # fmt: skip
    posted = 100 if yen is None else yen
    book(key=f"charge:{key}", postings={"member_receivable": posted, "premium_payable": -posted}, description="",
         now=entry.recorded_at)  # fmt: skip


def tie(code: str, month: date) -> Tie:
    return next(one for one in ties_of(month) if one.code == code)


def test_a_month_that_ties(people: cast.Cast) -> None:
    certificate = sold(people, "70000001", at("2026-11-24"), premium=0)
    charged(certificate)
    assert [(one.code, one.left_yen, one.right_yen) for one in ties_of(NOVEMBER)] == [
        ("premium", 100, 100), ("listed", 100, 100), ("payable", 100, 100), ("charged", 0, 0), ("paid_out", 0, 0),
    ]  # fmt: skip
    close(NOVEMBER, at("2026-12-01"))
    mark_remitted(month=NOVEMBER, paid_on=date(2026, 12, 20), bank_reference="B", actor="user:7", now=at("2026-12-20"))
    assert unexplained_of(ties_of(NOVEMBER)) == unexplained_of(ties_of(DECEMBER)) == 0
    assert [tie("payable", month).left_yen for month in (NOVEMBER, DECEMBER)] == [100, 0]


@pytest.mark.parametrize(("yen", "items"), [(70, [("act_booked_otherwise", 30)]), (100, [])])
def test_a_booking_of_another_sum_is_red(people: cast.Cast, yen: int, items: list[tuple[str, int]]) -> None:
    charged(sold(people, "70000001", at("2026-11-24"), premium=0), yen=yen)
    found = tie("premium", NOVEMBER)
    assert [(item.code, item.yen) for item in found.items] == items
    assert found.unexplained_yen == 100 - yen


def test_two_mistakes_that_cancel_out_are_red_all_the_same(people: cast.Cast) -> None:
    charged(sold(people, "70000001", at("2026-11-24"), premium=0), yen=70)
    charged(sold(people, "70000002", at("2026-11-24"), premium=0), yen=130)
    found = tie("premium", NOVEMBER)
    assert (found.difference_yen, found.unexplained_yen) == (0, 60)


def test_what_was_committed_late_is_explained_on_both_sides(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    close(NOVEMBER, at("2026-12-01"))
    sold(people, "70000002", at("2026-11-30", 23), premium=32_470)
    waiting = tie("listed", NOVEMBER)
    assert (waiting.difference_yen, waiting.unexplained_yen) == (32_470, 0)
    assert [(item.code, item.reference) for item in waiting.items] == [("waits_for_next_list", "C-70000002 #1")]
    close(DECEMBER, at("2027-01-01"))
    assert [item.code for item in tie("listed", NOVEMBER).items] == ["listed_later"]
    december = tie("listed", DECEMBER)
    assert (december.difference_yen, december.unexplained_yen) == (-32_470, 0)
    assert [item.code for item in december.items] == ["listed_here_late"]


def test_what_the_processor_owes_is_on_its_way_then_red_then_paid(
    people: cast.Cast,
    processor: Processor,  # noqa: F811
    make: Make,  # noqa: F811
) -> None:
    with clock.at(at("2026-11-24")):
        charge(processor, 1)
        content = make()
    november, december = tie("paid_out", NOVEMBER), tie("paid_out", DECEMBER)
    assert (november.left_yen, november.unexplained_yen) == (64_940, 0)
    assert (december.left_yen, december.unexplained_yen) == (64_940, 64_940)
    take(content, now=at("2026-12-02"))
    assert (tie("paid_out", NOVEMBER).unexplained_yen, tie("paid_out", DECEMBER).left_yen) == (0, 0)
    assert tie("charged", NOVEMBER).unexplained_yen == 0


def test_a_payment_without_a_booking_is_red(people: cast.Cast, processor: Processor) -> None:  # noqa: F811
    payment = charge(processor, 1)
    assert payment
    payment.charge_yen += 5
    payment.save()
    found = tie("charged", NOVEMBER)
    assert [(item.code, item.yen) for item in found.items] == [("money_booked_otherwise", -5)]
    assert found.unexplained_yen == 5


def test_an_act_of_nought_needs_no_booking(people: cast.Cast) -> None:
    certificate = sold(people, "70000001", at("2026-11-24"), premium=0)
    act(certificate, 2, "change", DECEMBER, at("2026-11-25"), {"insured": {"name": "みほん"}}, 0, 0)
    assert unexplained_of(ties_of(NOVEMBER)) == 0


def test_a_later_month_that_is_open_has_only_its_own_acts_so_far(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    sold(people, "70000002", at("2026-12-24"), premium=32_470)
    found = tie("listed", DECEMBER)
    assert (found.left_yen, found.right_yen, found.items) == (32_470, 32_470, ())


def test_disputes_and_what_they_settle_are_compared_as_such(
    people: cast.Cast,
    processor: Processor,  # noqa: F811
    make: Make,  # noqa: F811
) -> None:
    with clock.at(at("2026-11-24")):
        payment = charge(processor, 1)
        assert payment
        with processor.work():
            processor.dispute(processor.payment_of_id(payment.payment_id))
        content = make()
        book(key=f"dispute:7:payment:{payment.key}:opened", postings={"disputed": 64_940, "card_processor": -64_940},
             description="", now=clock.now())  # fmt: skip
        Refund.objects.create(
            key="r", payment=payment, refund_yen=9_000, reason="x", created_at=clock.now(), refunded_at=clock.now()
        )
        book(key="r", postings={"refund_payable": 9_000, "disputed": -9_000}, description="", now=clock.now())
    take(content, now=at("2026-11-28"))
    assert list_payout_items(now=at("2026-12-28")) == []
    assert (tie("paid_out", NOVEMBER).left_yen, tie("charged", NOVEMBER).unexplained_yen) == (0, 0)
    assert [item.code for item in tie("charged", NOVEMBER).items] == ["made_at_the_processor"]


@pytest.mark.parametrize("decided", [("lost", "won"), ("lost", "won", "lost", "won")])
def test_a_dispute_that_was_lost_and_is_won_after_all_ties_with_its_reversal(
    people: cast.Cast,
    processor: Processor,  # noqa: F811
    make: Make,  # noqa: F811
    decided: tuple[str, ...],
) -> None:
    """And the refund that the loss had settled is a refund of the processor now."""
    with clock.at(at("2026-11-24")):
        payment = charge(processor, 1)
        assert payment
        write_down_refund(payment=payment, refund_yen=9_000, reason="x", now=clock.now())
        for state in ("open", *decided):
            with processor.work():
                read = processor.payment_of_id(payment.payment_id)
                if state == "open":
                    dispute_id = processor.dispute(read)
                else:
                    processor.close_dispute(read, won=state == "won")
            note_dispute(payment=payment, seen=CardDispute(dispute_id, 64_940, DisputeState(state)), now=clock.now())
        refund = Refund.objects.get()
        with processor.work():
            processor.refund(processor.payment_of_id(payment.payment_id), refund_yen=9_000)
        carry_out_refund(refund=refund, gateway=MemoryGateway(), now=clock.now())
        content = make()
    take(content, now=at("2026-11-28"))
    assert list_payout_items(now=at("2026-12-28")) == []
    assert (tie("paid_out", NOVEMBER).left_yen, tie("charged", NOVEMBER).unexplained_yen) == (0, 0)
