"""A paid certificate with real books behind it, whatever the card processor in memory says."""

from __future__ import annotations

from datetime import date

from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Payment, Posting
from sonae.apps.billing.use_cases.settle_payment import settle_payment
from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import Member
from tests import clock
from tests.web.holdings import give_paid_cover
from tests.web.memory_gateway import MemoryGateway

PREMIUM = 59_530  # 64,940 a year, from 1 January to 1 December 2027


def buy(member: Member, gateway: MemoryGateway) -> tuple[Certificate, Payment]:
    """Certificate and captured payment, booked, and known to the processor."""
    certificate = give_paid_cover(member, date(2027, 1, 1), premium=PREMIUM)
    payment = Payment.objects.get(allocations__charge__transaction__certificate=certificate)
    checkout = gateway.open_checkout(
        key=payment.key, reference=payment.key, charge_yen=PREMIUM, description="", email="", return_url="", cancel_url="",
        language="ja", save_card=False,
    )  # fmt: skip
    gateway.card_holder_pays()
    held = gateway.read_payment(session_id=checkout.session_id)
    gateway.capture(payment_id=held.payment_id, charge_yen=PREMIUM, key="capture")
    Payment.objects.filter(pk=payment.pk).update(
        session_id=checkout.session_id, payment_id=held.payment_id, gateway=gateway.name
    )
    payment.refresh_from_db()
    book(
        key=f"charge:{payment.purpose}", postings={"member_receivable": PREMIUM, "premium_payable": -PREMIUM},
        description="保険料", now=clock.now(),
    )  # fmt: skip
    book(
        key=f"payment:{payment.key}", postings={"card_processor": PREMIUM, "member_receivable": -PREMIUM},
        description="カード支払い", now=clock.now(),
    )  # fmt: skip
    return certificate, payment


def hear(payment: Payment, gateway: MemoryGateway) -> None:
    """A message of the processor: the payment is asked about afresh."""
    settle_payment(key=payment.key, gateway=gateway, cause="webhook", now=clock.now())


def balance() -> dict[str, int]:
    """Of all accounts that don't stand at nought."""
    accounts: dict[str, int] = {}
    for line in Posting.objects.all():
        accounts[line.account] = accounts.get(line.account, 0) + line.posted_yen
    assert sum(accounts.values()) == 0
    return {account: yen for account, yen in accounts.items() if yen}
