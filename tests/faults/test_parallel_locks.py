"""Rule 11: locks are for one member, never for the programme. Two hundred confirmations hold theirs at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction

from sonae.apps.billing.models import Payment
from sonae.apps.billing.purposes import lock_payment
from sonae.apps.certificates.locks import lock_certificate
from sonae.apps.certificates.models import Certificate
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.models import SchemeYear
from tests import clock
from tests.faults.world import all_at_once

pytestmark = pytest.mark.faults
AT_ONCE = 200
PATIENCE = 60.0  # seconds; with a lock that two of them share nobody is ever complete


@pytest.fixture
def payments(committed: str) -> list[Payment]:
    """So many members that renew: each with an expiring certificate, an application and a payment of its own."""
    now = clock.now()
    old, new = (SchemeYear.objects.get(start_on=start) for start in (date(2025, 12, 1), date(2026, 12, 1)))
    user, _ = User.objects.get_or_create(email="parallel@sample.example", defaults={"date_joined": now})
    first = 80_000_000 + Member.objects.count()
    members = Member.objects.bulk_create(Member(number=str(first + n), created_at=now) for n in range(AT_ONCE))
    covers = Certificate.objects.bulk_create(
        Certificate(
            number=f"P{one.number}", member=one, scheme_year=old, section="paid", starts_on=old.start_on,
            cover=(old.start_on, old.expiry_on), verification_code=f"P{one.number}", issued_at=now,
        )
        for one in members
    )  # fmt: skip
    applications = Application.objects.bulk_create(
        Application(
            public_id=f"parallel-{one.member.number}", number=f"P{one.member.number}", member=one.member, user=user,
            scheme_year=new, start_on=new.start_on, renewal_of=one, state="paying", language="ja", started_at=now,
            changed_at=now,
        )
        for one in covers
    )  # fmt: skip
    return Payment.objects.bulk_create(
        Payment(
            key=f"enrol:{one.public_id}:1", purpose=f"enrol:{one.public_id}", member=one.member, charge_yen=64_940,
            gateway="memory", state="open", session_id=one.public_id, created_at=now, changed_at=now,
        )
        for one in applications
    )  # fmt: skip


def hold(payment: Payment, everybody: threading.Barrier) -> None:
    """What settling a renewal holds until it is done: member, application, payment, and the expiring certificate."""
    try:
        with transaction.atomic():
            lock_payment(payment)
            lock_certificate(Certificate.objects.values_list("pk", flat=True).get(member_id=payment.member_id))
            everybody.wait(PATIENCE)
    finally:
        connection.close()


def holding(payments: list[Payment], patience: float = PATIENCE) -> list[Callable[[], None]]:
    everybody = threading.Barrier(len(payments), timeout=patience)
    return [lambda payment=payment: hold(payment, everybody) for payment in payments]  # type: ignore[misc]


def test_two_hundred_parallel_confirmations_do_not_wait_for_one_another(payments: list[Payment]) -> None:
    assert all_at_once(holding(payments)) == [None] * AT_ONCE


def test_two_of_one_member_do(payments: list[Payment], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where a lock is shared, the second never gets there while the first holds it."""
    monkeypatch.setattr("tests.faults.test_parallel_locks.PATIENCE", 1.0)
    outcomes = all_at_once(holding([payments[0], payments[0]], patience=1.0))
    assert any(isinstance(outcome, threading.BrokenBarrierError) for outcome in outcomes)
