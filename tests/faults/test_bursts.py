"""F12: two tabs, a double click, the back button, a replayed request."""

from __future__ import annotations

import pytest
import urllib3
from django.conf import settings
from django.test import Client

from sonae.apps.billing.models import Payment
from sonae.apps.enrolment.models import Application
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


class Tab:
    """A browser tab of the applicant, signed in; every tab shares the session, as tabs do."""

    def __init__(self, site: str, application: Application) -> None:
        client = Client()
        client.force_login(application.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        secret = "a" * 32
        self._cookies = (
            f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}; csrftoken={secret}"
        )
        self._secret = secret
        self._address = f"{site}/apply/{application.public_id}"

    def press_pay(self) -> tuple[int, str]:
        """Status of the answer and where it leads."""
        reply = urllib3.PoolManager().request(
            "POST", f"{self._address}/pay/", fields={"csrfmiddlewaretoken": self._secret}, encode_multipart=False,
            headers={"Cookie": self._cookies}, redirect=False, retries=False,
        )  # fmt: skip
        return reply.status, reply.headers.get("Location", "")

    def come_back(self) -> int:
        """The browser returns from the card page."""
        reply = urllib3.PoolManager().request(
            "GET", f"{self._address}/paid/", headers={"Cookie": self._cookies}, redirect=False
        )
        return reply.status


def test_eight_posts_at_once_lead_to_one_card_page(world: World, site: str) -> None:
    """Over HTTP, as the tabs send it; then all of them come back from the page at once, and press again."""
    for _ in range(5):
        application = world.application()
        tab = Tab(site, application)
        answers = all_at_once([tab.press_pay] * 8)
        assert len(set(answers)) == 1, answers
        (payment,) = Payment.objects.filter(purpose=f"enrol:{application.public_id}")
        assert answers[0] == (303, payment.checkout_url)
        world.pay(payment)
        assert set(all_at_once([tab.come_back] * 8)) == {200}
        assert world.states(application) == ("issued", "captured")
        assert {status for status, _ in all_at_once([tab.press_pay] * 4)} == {302}  # type: ignore[misc]
    assert world.books() == []
