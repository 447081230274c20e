"""F12: two tabs, a double click, the back button, a replayed request."""

from __future__ import annotations

import pytest

from sonae.apps.billing.models import Payment
from tests.faults.books import read_processor
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults


def test_eight_presses_at_once_are_one_payment_and_one_page(world: World) -> None:
    """Twenty bursts of eight."""
    for _ in range(20):
        application = world.application()
        payments = all_at_once([lambda application=application: world.begin(application)] * 8)
        pages = {payment.checkout_url for payment in payments if isinstance(payment, Payment)}
        assert len(pages) == 1, payments
        assert all(isinstance(payment, Payment) for payment in payments), payments
        (payment,) = Payment.objects.filter(purpose=f"enrol:{application.public_id}")
        assert read_processor(world.processor.journal)[payment.key].sessions == 1
    assert world.books(settled=False) == []


def test_eight_ways_back_at_once_are_one_certificate(world: World) -> None:
    """Browser, webhook, sweeper and second tabs arrive together."""
    for _ in range(20):
        application, payment = world.authorised()
        causes = ("browser", "webhook", "sweeper", "browser", "webhook", "sweeper", "browser", "webhook")
        outcomes = all_at_once(
            [lambda cause=cause, payment=payment: world.settle(payment, cause=cause) for cause in causes]
        )
        assert {getattr(outcome, "state", outcome) for outcome in outcomes} <= {"captured", "capturing"}, outcomes
        assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def test_pressing_pay_after_paying_shows_the_payment_that_was_made(world: World) -> None:
    application, payment = world.authorised()
    again = world.begin(application)
    assert (again.pk, again.state) == (payment.pk, Payment.State.CAPTURED)
    assert world.begin(application).pk == payment.pk
    assert world.books() == []


def test_two_rounds_of_the_sweeper_at_once_do_the_work_of_one(world: World) -> None:
    applications = [world.authorised()[0] for _ in range(6)]
    world.pass_time(minutes=1)
    outcomes = all_at_once([world.sweep] * 4)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert sum(outcome.parked for outcome in outcomes) == 0  # type: ignore[attr-defined]
    assert {world.states(application) for application in applications} == {("issued", "captured")}
    assert world.books() == []
