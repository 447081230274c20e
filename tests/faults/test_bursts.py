"""F12: two tabs, a double click, the back button, a replayed request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sonae.apps.billing.models import Payment
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import MemberAccess
from tests.faults.acts import DECLARATIONS, STEPS, take_step
from tests.faults.books import read_processor
from tests.faults.tab import Tab
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults


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


def eight(act: Callable[[], object]) -> object:
    """What all eight are answered, pressed at once: the same."""
    answers = all_at_once([act] * 8)
    assert len(set(answers)) == 1, answers
    return answers[0]


def test_begin_and_confirm_pressed_eight_times_at_once_are_one_application(world: World, site: str) -> None:
    """Twenty bursts of eight at each of the two."""
    for _ in range(20):
        member = world.member()
        tab = Tab(site, MemberAccess.objects.get(member=member).user)
        begun = eight(lambda tab=tab, member=member: tab.post("/apply/", member=member.number))  # type: ignore[misc]
        application = Application.objects.get(member=member)
        page = f"/apply/{application.public_id}/"
        assert begun == (302, page)
        for step in STEPS[1:-1]:
            take_step(step, member_id=member.pk, now=world.now)
        application.refresh_from_db()
        ticks = {"revision": str(application.revision), **dict.fromkeys(DECLARATIONS, "on")}
        confirmed = eight(lambda tab=tab, page=page, ticks=ticks: tab.post(f"{page}confirm/", **ticks))  # type: ignore[misc]
        assert confirmed == (302, f"{page}pay/")
        assert application.evidence.count() == 1


def test_pay_pressed_eight_times_at_once_is_one_payment_and_every_tab_shows_it(world: World, site: str) -> None:
    """Twenty bursts of eight: double clicks and replayed requests; then back from the card page, and "pay" with the back button."""
    for _ in range(20):
        application = world.application()
        tab = Tab(site, application.user)
        page = f"/apply/{application.public_id}/"
        card_page = eight(lambda tab=tab, page=page: tab.post(f"{page}pay/"))  # type: ignore[misc]
        (payment,) = Payment.objects.filter(purpose=f"enrol:{application.public_id}")
        assert card_page == (303, payment.checkout_url)
        assert read_processor(world.processor.journal)[payment.key].sessions == 1
        world.pay(payment)
        back = [lambda tab=tab, page=page: tab.get(f"{page}paid/")] * 4  # type: ignore[misc]
        said = all_at_once([*back, *[lambda tab=tab, page=page: tab.post(f"{page}pay/")] * 4])  # type: ignore[misc]
        assert world.states(application) == ("issued", "captured")
        assert application.certificate is not None
        for status, words in said[:4]:  # type: ignore[misc]
            assert status == 200
            assert application.certificate.number in words
        assert set(said[4:]) == {(302, f"{page}paid/")}
    assert world.books() == []


def test_two_people_of_one_firm_who_apply_at_once_share_one_application(world: World, site: str) -> None:
    """Ten times; and two members of one person stay two."""
    for _ in range(10):
        member, other = world.member(), world.member()
        owner = MemberAccess.objects.get(member=member).user
        colleague = MemberAccess.objects.get(member=other).user
        MemberAccess.objects.create(
            member=member, user=colleague, role="administrator", granted_at=world.now, proof="listed_email"
        )
        tabs = [(Tab(site, owner), member), (Tab(site, colleague), member), (Tab(site, colleague), other)] * 2
        answers = all_at_once([lambda tab=tab, of=of: tab.post("/apply/", member=of.number) for tab, of in tabs])
        pages = {of.pk: {answers[place] for place, pair in enumerate(tabs) if pair[1] is of} for of in (member, other)}
        for of in (member, other):
            application = Application.objects.get(member=of)
            assert pages[of.pk] == {(302, f"/apply/{application.public_id}/")}
