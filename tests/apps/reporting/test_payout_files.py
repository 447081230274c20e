"""Files of the card processor: whole or not at all, once, and what doesn't match becomes work for a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import Sum

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.reason import ReasonMissing
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import JournalEntry, Payment, Posting, Refund
from sonae.apps.parties.models import Member
from sonae.apps.reporting.models import Payout, PayoutFile, PayoutLine
from sonae.apps.reporting.payout_items import PayoutItem, list_payout_items, open_items
from sonae.apps.reporting.use_cases.decide_payout_item import ItemGone, decide_payout_item
from sonae.apps.reporting.use_cases.take_payout_file import Taken, take_payout_file
from sonae.domain.payout import PayoutRefused, Verdict
from sonae.integrations.sandbox_card.cards import Behaviour
from sonae.integrations.sandbox_card.journal import Journal
from sonae.integrations.sandbox_card.payouts import make_payout, payout_again
from sonae.integrations.sandbox_card.processor import Processor, Refusal
from tests import clock

pytestmark = pytest.mark.django_db
Make = Callable[..., bytes]
COST = 64_940 * 324 // 10_000  # 2,104


@pytest.fixture
def processor(tmp_path: Path) -> Processor:
    return Processor(
        journal=Journal(tmp_path), clock=lambda: clock.now().astimezone(UTC), announce=lambda _: None, account="a"
    )


@pytest.fixture
def make(processor: Processor) -> Make:
    def payout(fault: str = "none") -> bytes:
        with processor.work():
            return make_payout(processor, fault=fault)[1].encode()

    return payout


def charge(processor: Processor, number: int, *, ours: bool = True, yen: int = 64_940) -> Payment | None:
    """A payment that was captured there, and here as well."""
    with processor.work():
        opened = processor.open_session(
            reference=f"enrol:{number}:1", charge_yen=yen, currency="jpy", payee="", description="", email="",
            return_url="", cancel_url="", language="ja",
        )  # fmt: skip
        held = processor.authorise(opened, brand="visa", last4="4242", behaviour=Behaviour(), three_d_secure="no")
        processor.capture(held, charge_yen=yen)
    if not ours:
        return None
    member, _ = Member.objects.get_or_create(number="10000017", defaults={"created_at": clock.now()})
    payment = Payment.objects.create(
        key=f"enrol:{number}:1", purpose=f"enrol:{number}", member=member, charge_yen=yen, gateway="sandbox_card",
        state="captured", session_id=opened.session.session_id, payment_id=opened.session.payment_id,
        created_at=clock.now(), changed_at=clock.now(), captured_at=clock.now(),
    )  # fmt: skip
    book(
        key=f"payment:{payment.key}",
        postings={"card_processor": yen, "member_receivable": -yen},
        description="",
        now=clock.now(),
    )
    return payment


def take(content: bytes, now: datetime | None = None) -> Taken:
    return take_payout_file(content=content, file_name="po.csv", actor="user:7", now=now or clock.later(days=2))


def balances() -> dict[str, int]:
    return dict(Posting.objects.values_list("account").annotate(yen=Sum("posted_yen")).order_by("account"))


def work(days: int = 30) -> list[PayoutItem]:
    return open_items(list_payout_items(now=clock.later(days=days)))


def test_what_was_paid_out_is_booked_once(processor: Processor, make: Make) -> None:
    for number in range(2):
        charge(processor, number)
    content = make()
    first, again = take(content), take(content)
    assert (first.is_new, again.is_new, again.file) == (True, False, first.file)
    assert balances() == {
        "bank": 2 * (64_940 - COST), "card_processor": 0, "member_receivable": -129_880, "processor_costs": 2 * COST,
    }  # fmt: skip
    assert (PayoutFile.objects.count(), Payout.objects.count(), PayoutLine.objects.count()) == (1, 1, 2)
    assert JournalEntry.objects.filter(key="payout:sandbox_card:po_1").count() == 1
    assert work() == []


def test_the_same_payout_in_other_bytes_changes_nothing_unless_it_says_something_else(
    processor: Processor, make: Make
) -> None:
    charge(processor, 1)
    content = make()
    take(content)
    told_again = take(content.replace(b"\r\n", b"\n"))
    assert (told_again.file, told_again.is_new, PayoutFile.objects.count()) == (None, False, 1)
    lines = content.replace(b"2104", b"2105").replace(b"62836", b"62835")
    with pytest.raises(PayoutRefused) as refused:
        take(lines)
    assert refused.value.code == "payout_differs"
    assert balances()["bank"] == 62_836


@pytest.mark.parametrize(("fault", "code"), [("wrong_total", "wrong_total"), ("cut_off", "cut_off")])
def test_a_broken_file_leaves_nothing_but_a_line_in_the_log(
    processor: Processor, make: Make, fault: str, code: str
) -> None:
    charge(processor, 1)
    before = JournalEntry.objects.count()
    with pytest.raises(PayoutRefused) as refused:
        take(make(fault))
    assert refused.value.code == code
    assert (PayoutFile.objects.count(), PayoutLine.objects.count(), JournalEntry.objects.count()) == (0, 0, before)
    assert AuditEntry.objects.get(action="payout_file.refused").detail["code"] == code


def test_a_late_line_comes_with_the_next_file(processor: Processor, make: Make) -> None:
    for number in range(2):
        charge(processor, number)
    take(make("late_line"))
    assert [(item.verdict, item.payment_key) for item in list_payout_items(now=clock.later(days=3))] == [
        (Verdict.ON_ITS_WAY, "enrol:1:1")
    ]
    assert work(days=3) == []
    assert [item.verdict for item in work(days=15)] == [Verdict.MISSING]
    take(make())
    assert work() == []
    assert balances()["card_processor"] == 0


@pytest.mark.parametrize(
    ("fault", "verdict", "difference", "left_at_processor"),
    [("missing_line", "missing", -64_940, 64_940), ("doubled_line", "duplicate", 64_940, -64_940),
     ("foreign_line", "surplus", 64_940, -64_940)],
)  # fmt: skip
def test_what_does_not_match_is_work_and_explains_the_account(
    processor: Processor, make: Make, fault: str, verdict: str, difference: int, left_at_processor: int
) -> None:
    for number in range(2):
        charge(processor, number)
    take(make(fault))
    (item,) = work()
    assert (item.verdict, item.comparison.difference_yen) == (verdict, difference)
    assert balances()["card_processor"] == left_at_processor == -sum(one.comparison.difference_yen for one in work())


def test_a_sum_that_differs_and_refunds_made_here_and_there(processor: Processor, make: Make) -> None:
    payment = charge(processor, 1)
    assert payment
    with processor.work():
        there = processor.payment_of_id(payment.payment_id)
        done = processor.refund(there, refund_yen=10_000)
    Refund.objects.create(key="r", payment=payment, refund_yen=9_000, reason="x", refund_id=done["refund_id"],
                          created_at=clock.now(), refunded_at=clock.now())  # fmt: skip
    take(make())
    (item,) = work()
    assert (item.verdict, item.comparison.kind, item.comparison.difference_yen) == ("differing", "refund", -1_000)
    book(
        key=f"payment:{payment.key}:refunded_elsewhere:1000",
        postings={"member_receivable": 1_000, "card_processor": -1_000}, description="", now=clock.now(),
    )  # fmt: skip
    assert work() == []


def test_a_person_closes_an_item_with_a_reason_and_opens_it_again(processor: Processor, make: Make) -> None:
    charge(processor, 1)
    charge(processor, 2, ours=False)
    take(make())
    (item,) = work()

    def decide(*, closed: bool, reason: str = "決済会社に確認済み", key: str = item.key) -> object:
        return decide_payout_item(item=key, closed=closed, reason=reason, actor="user:7", now=clock.later(days=30))

    with pytest.raises(ReasonMissing):
        decide(closed=True, reason="　")
    assert decide(closed=False) is None  # nobody had closed it
    assert decide(closed=True) == decide(closed=True)
    assert work() == []
    assert [one.is_closed for one in list_payout_items(now=clock.later(days=30))] == [True]
    decide(closed=False)
    assert work()[0].key == item.key
    with pytest.raises(ItemGone):
        decide(closed=True, key=item.key.replace("64940", "1"))


def test_the_simulator_sends_a_file_again_and_has_nothing_to_send_twice(processor: Processor, make: Make) -> None:
    charge(processor, 1)
    content = make()
    with processor.work():
        assert payout_again(processor, "po_1")[1].encode() == content
    with pytest.raises(Refusal, match="Nothing has moved"):
        make()


def test_a_file_of_stripe(db: None) -> None:
    heading = (
        "automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created_utc,currency,gross,fee,net,"
        "reporting_category,source_id,payment_intent_id"
    )
    rows = [
        "po_a,2026-12-03 00:00:00,txn_1,2026-11-30 15:30:00,jpy,64940,2338,62602,charge,ch_1,pi_1",
        "po_a,2026-12-03 00:00:00,txn_2,2026-12-01 01:00:00,jpy,-5000.00,0,-5000,refund,re_1,pi_0",
        "po_b,2026-12-04 00:00:00,txn_3,2026-12-02 01:00:00,jpy,0,1500,-1500,fee,txn_3,",
        ",,txn_4,2026-12-02 01:00:00,jpy,100,4,96,charge,ch_4,pi_4",  # not paid out yet
    ]
    taken = take("\n".join([heading, *rows]).encode())
    assert [(one.payout_id, one.gross_yen, one.cost_yen, one.net_yen, one.total_was_stated) for one in taken.payouts] == [
        ("po_a", 59_940, 2_338, 57_602, False), ("po_b", 0, 1_500, -1_500, False),
    ]  # fmt: skip
    assert str(PayoutLine.objects.get(line_id="txn_1").occurred_on) == "2026-12-01"
    assert balances() == {"bank": 56_102, "card_processor": -59_940, "processor_costs": 3_838}
    for broken, code in (
        (rows[0].replace("charge", "topup"), "unknown_type"), (rows[0].replace("jpy", "usd"), "not_yen"),
        (rows[0].replace("64940", "649.40"), "no_yen"),
    ):  # fmt: skip
        with pytest.raises(PayoutRefused) as refused:
            take("\n".join([heading, broken]).encode())
        assert (refused.value.code, refused.value.line) == (code, 2)
    with pytest.raises(PayoutRefused, match="unknown_form"):
        take(b"a,b,c\n1,2,3\n")


def test_what_was_taken_after_a_moment_was_not_known_then(processor: Processor, make: Make) -> None:
    charge(processor, 1)
    content = make()
    take(content, now=clock.later(days=20))
    assert [item.verdict for item in list_payout_items(now=clock.later(days=19))] == [Verdict.MISSING]
    assert list_payout_items(now=clock.later(days=20) + timedelta(seconds=1)) == []


def test_a_dispute_that_was_won_comes_back_with_a_line_of_its_own(processor: Processor, make: Make) -> None:
    payment = charge(processor, 1)
    assert payment
    with processor.work():
        processor.dispute(processor.payment_of_id(payment.payment_id), dispute_yen=10_000)
        processor.close_dispute(processor.payment_of_id(payment.payment_id), won=True)
    take(make())
    assert [(line.kind, line.gross_yen, line.cost_yen) for line in PayoutLine.objects.order_by("number")] == [
        ("charge", 64_940, 2_104), ("dispute", -10_000, 1_500), ("dispute_reversal", 10_000, 0),
    ]  # fmt: skip
    (item,) = work()  # nothing of it was noted here
    assert (item.verdict, item.comparison.kind, item.comparison.difference_yen) == ("surplus", "dispute", 0)
    for step, yen in (("opened", -10_000), ("won", 10_000)):
        book(key=f"dispute:1:payment:{payment.key}:{step}", postings={"card_processor": yen, "disputed": -yen},
             description="", now=clock.now())  # fmt: skip
    assert work() == []
