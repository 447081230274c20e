"""The additional premium of a change: held, checked again, charged and recorded in one step, or given back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.gateway import GatewayRefused, GatewayUnknown
from sonae.apps.billing.models import Allocation, JournalEntry, Payment, Posting, Refund
from sonae.apps.billing.purposes import frame_of
from sonae.apps.billing.use_cases.leave_payment import leave_payment
from sonae.apps.billing.use_cases.settle_payment import settle_payment
from sonae.apps.billing.use_cases.sweep_payments import sweep_payments
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.certificates.use_cases import change_cover
from sonae.apps.certificates.use_cases.begin_change_payment import ChangeNotPayable, begin_change_payment
from sonae.apps.certificates.use_cases.change_cover import BeingPaid, give_up_change, request_change
from sonae.apps.certificates.use_cases.close_left_changes import close_left_changes
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind
from sonae.integrations.typst.press import TypstPress
from tests import cast, clock
from tests.web.holdings import give_paid_cover
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
State = ChangeRequest.State

# 1 January to 1 December 2027. P100 64,940 and P300 105,200 a year; from 1 March two months of the one and nine of the other:
# 64,940 × 2/12 + 105,200 × 9/12 = 89,723.3, rounded to ten yen 89,720; paid were 59,530.
PAID, DIFFERENCE = 59_530, 89_720 - 59_530


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def certificate(people: cast.Cast) -> Certificate:
    return give_paid_cover(people.member, date(2027, 1, 1), premium=PAID)


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


def ask(certificate: Certificate, people: cast.Cast, key: str = "form:1", plan: str = "P300") -> ChangeRequest:
    return request_change(
        key=key, certificate_id=certificate.pk, wish=Wish(Kind.CHANGE, date(2027, 3, 1), {"plan": plan}), decisions={},
        seen_seq=certificate.transactions.count(), seen_difference=DIFFERENCE, actor=f"user:{people.owner.pk}",
        user=people.owner, reason="上位プランへ", language="ja", now=clock.now(),
    )  # fmt: skip


def begin(request: ChangeRequest, gateway: MemoryGateway) -> Payment:
    return begin_change_payment(public_id=request.public_id, actor="user:1", gateway=gateway, now=clock.now())


def settle(payment: Payment, gateway: MemoryGateway) -> Payment:
    return settle_payment(key=payment.key, gateway=gateway, cause="browser", now=clock.now())


def balance(text: str) -> dict[str, int]:
    """Of the entries whose key has that text in it."""
    accounts: dict[str, int] = {}
    for line in Posting.objects.filter(entry__key__contains=text):
        accounts[line.account] = accounts.get(line.account, 0) + line.posted_yen
    return {account: yen for account, yen in accounts.items() if yen}


def test_a_paid_change_is_recorded_booked_and_receipted_once(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway
) -> None:
    request = ask(certificate, people)
    payment = begin(request, gateway)
    assert (payment.purpose, payment.charge_yen) == (f"change:{request.public_id}", DIFFERENCE)
    assert certificate.transactions.count() == 1
    gateway.card_holder_pays()
    for _ in range(3):
        payment = settle(payment, gateway)
    request.refresh_from_db()
    assert (payment.state, request.state, request.first_seq) == ("captured", "done", 2)
    assert gateway.captures == 1
    act = Transaction.objects.get(certificate=certificate, seq=2)
    assert (act.effective_date, act.premium_difference, act.total_premium_after) == (
        date(2027, 3, 1),
        DIFFERENCE,
        89_720,
    )
    assert Allocation.objects.get(payment=payment).charge == act.charge
    assert balance(f"act:{certificate.number}") == {"member_receivable": DIFFERENCE, "premium_payable": -DIFFERENCE}
    assert balance(payment.key) == {"card_processor": DIFFERENCE, "member_receivable": -DIFFERENCE}
    receipt = Paper.objects.get(kind="receipt")
    assert receipt.key == f"receipt:{certificate.number}:2"
    assert receipt.file_name == f"20261124_{DIFFERENCE}_東京海上日動火災保険株式会社_領収書.pdf"
    assert (receipt.facts["payment_yen"], receipt.facts["is_additional"]) == (DIFFERENCE, True)
    assert (receipt.facts["addressee"], receipt.facts["cover_from"]) == ("青木工務店", "2027-03-01T16:00:00+09:00")
    assert TypstPress().render(template="receipt", facts=receipt.facts, language="ja").startswith(b"%PDF")
    mail = OutboxMessage.objects.get()
    assert (mail.key, mail.recipient) == (f"acts:{certificate.number}:2:{people.owner.pk}", people.owner.email)
    assert "追加保険料（カードでお支払い済み）：30,190円" in mail.body
    assert "（2027年3月1日から）" in mail.body
    assert "異動承認書、いまの加入者証、領収書は" in mail.body


def test_pressing_pay_again_leads_to_the_same_page(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway
) -> None:
    request = ask(certificate, people)
    first, second = begin(request, gateway), begin(request, gateway)
    assert (first.pk, first.checkout_url) == (second.pk, second.checkout_url)
    assert frame_of(first).return_url == f"http://127.0.0.1:8000/portal/changes/{request.public_id}/paid/"
    gateway.card_holder_pays()
    assert begin(request, gateway).state == "captured"
    assert begin(request, gateway).state == "captured"
    assert certificate.transactions.count() == 2


def test_what_is_no_longer_as_it_was_previewed_is_not_charged(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway
) -> None:
    """Somebody's act came between, past every lock: the hold goes back, nothing is charged and nothing recorded."""
    request = ask(certificate, people)
    payment = begin(request, gateway)
    gateway.card_holder_pays()
    Transaction.objects.create(
        certificate=certificate, seq=2, kind="change", effective_date=date(2027, 2, 1), recorded_at=clock.now(), patch={},
        actor="user:9", rating_digest="x", total_premium_after=PAID, premium_difference=0,
    )  # fmt: skip
    payment = settle(payment, gateway)
    request.refresh_from_db()
    assert (payment.state, payment.closed_reason, request.state) == ("closed", "changed_meanwhile", "waiting")
    assert gateway.captures == 0
    assert not JournalEntry.objects.filter(key__contains=payment.key).exists()
    with pytest.raises(ChangeNotPayable, match="changed_meanwhile"):
        begin(request, gateway)


def test_without_looking_again_the_change_is_charged_and_laid_over_an_act_that_nobody_saw(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask(certificate, people)
    payment = begin(request, gateway)
    gateway.card_holder_pays()
    Transaction.objects.create(
        certificate=certificate, seq=2, kind="change", effective_date=date(2027, 2, 1), recorded_at=clock.now(), patch={},
        actor="user:9", rating_digest="x", total_premium_after=PAID, premium_difference=0,
    )  # fmt: skip
    monkeypatch.setattr("sonae.apps.certificates.payment_purpose.find_obstacle", lambda **_: None)
    assert settle(payment, gateway).state == "captured"
    assert certificate.transactions.count() == 3


def test_charged_in_vain_is_owed_back_and_the_cover_stays_as_it_was(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway
) -> None:
    request = ask(certificate, people)
    payment = begin(request, gateway)
    gateway.card_holder_pays()
    held = gateway.read_payment(session_id=payment.session_id)
    gateway.capture(payment_id=held.payment_id, charge_yen=DIFFERENCE, key="by hand")
    payment = settle(payment, gateway)
    request.refresh_from_db()
    refund = Refund.objects.get()
    assert (payment.state, request.state, request.closed_reason) == ("captured", "closed", "refunded")
    assert (refund.refund_yen, refund.refunded_at is not None) == (DIFFERENCE, True)
    assert balance(payment.key) == {}
    assert certificate.transactions.count() == 1
    mail = OutboxMessage.objects.get()
    assert mail.key == f"refund:{payment.key}"
    assert "30,190円" in mail.body


def test_a_change_that_is_being_paid_can_not_be_given_up_before_its_page_is_left(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway
) -> None:
    request = ask(certificate, people)
    payment = begin(request, gateway)
    with pytest.raises(BeingPaid):
        give_up_change(public_id=request.public_id, actor="user:1", reason="given_up", now=clock.now())
    assert leave_payment(payment=payment, gateway=gateway, now=clock.now()).state == "closed"
    closed = give_up_change(public_id=request.public_id, actor="user:1", reason="given_up", now=clock.now())
    assert (closed.state, closed.closed_reason) == ("closed", "given_up")
    with pytest.raises(ChangeNotPayable, match="not_waiting"):
        begin(request, gateway)


def test_without_that_guard_a_charged_change_is_given_up_and_the_money_has_to_go_back(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask(certificate, people)
    payment = begin(request, gateway)
    gateway.card_holder_pays()
    gateway.fail_with["capture"] = GatewayUnknown()
    assert settle(payment, gateway).state == "unknown"
    monkeypatch.setattr(change_cover, "Payment", _NoPayments)
    give_up_change(public_id=request.public_id, actor="user:1", reason="given_up", now=clock.now())
    del gateway.fail_with["capture"]
    held = gateway.read_payment(session_id=payment.session_id)
    gateway.capture(payment_id=held.payment_id, charge_yen=DIFFERENCE, key="it was done")
    settle(payment, gateway)
    assert Refund.objects.get().refund_yen == DIFFERENCE


class _NoPayments:
    State = Payment.State
    objects = Payment.objects.none()


def test_an_unknown_capture_is_settled_by_the_round(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway
) -> None:
    request = ask(certificate, people)
    payment = begin(request, gateway)
    gateway.card_holder_pays()
    gateway.fail_with["capture"] = GatewayUnknown()
    assert settle(payment, gateway).state == "unknown"
    del gateway.fail_with["capture"]
    assert sweep_payments(gateway=gateway, now=clock.later(minutes=5)).payments == 1
    request.refresh_from_db()
    assert request.state == State.DONE


def test_a_refused_page_closes_the_payment_and_the_next_press_is_a_new_one(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway
) -> None:
    request = ask(certificate, people)
    gateway.fail_with["open_checkout"] = GatewayRefused("amount_too_large")
    with pytest.raises(GatewayRefused):
        begin(request, gateway)
    gateway.fail_with.clear()
    assert begin(request, gateway).key == f"change:{request.public_id}:2"


def test_a_change_whose_page_was_left_for_a_day_is_closed_and_one_that_was_never_opened_after_a_week(
    people: cast.Cast, certificate: Certificate, gateway: MemoryGateway
) -> None:
    request = ask(certificate, people)
    payment = begin(request, gateway)
    day_later = clock.later(hours=24)
    assert close_left_changes(now=day_later) == 0, "its page is open, whatever the clock says"
    leave_payment(payment=payment, gateway=gateway, now=clock.now())
    assert close_left_changes(now=day_later - timedelta(seconds=1)) == 0
    assert close_left_changes(now=day_later) == 1
    assert close_left_changes(now=day_later) == 0
    request.refresh_from_db()
    assert (request.state, request.closed_reason) == ("closed", "not_paid")
    assert AuditEntry.objects.filter(action="change.not_paid", object_id=certificate.number).count() == 1
    other = ask(certificate, people, key="form:2")
    assert close_left_changes(now=clock.later(days=7) - timedelta(seconds=1)) == 0
    assert close_left_changes(now=clock.later(days=7)) == 1
    other.refresh_from_db()
    assert other.state == State.CLOSED
