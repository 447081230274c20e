"""F13: something changes between "pay" and the charge. One of the two wins, never a mix."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from sonae.apps.audit import milestones
from sonae.apps.billing.models import Payment
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.steps import StepCode
from sonae.apps.enrolment.use_cases.begin_payment import NotPayable, begin_payment
from sonae.apps.enrolment.use_cases.leave_payment import leave_payment
from sonae.apps.enrolment.use_cases.save_step import NotOpen, save_step
from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import ProductVersion, SchemeYear
from sonae.domain.calendar import JAPAN
from tests.faults.books import read_processor
from tests.faults.world import World, all_at_once

pytestmark = pytest.mark.faults
TIMES = 10


def captures(world: World, application: Application) -> int:
    lines = read_processor(world.processor.journal)
    return sum(len(line.captured) for key, line in lines.items() if application.public_id in key)


def test_leaving_to_change_the_plan_while_the_card_is_charged_has_one_winner(world: World) -> None:
    seen = set()
    for _ in range(TIMES):
        application, payment = world.authorised()
        all_at_once([
            lambda payment=payment: leave_payment(payment=payment, gateway=world.gateway, now=world.now),
            lambda payment=payment: world.settle(payment),
            lambda application=application: save_step(
                application_id=application.pk, step=StepCode.PLAN, answers={"plan_code": "P500"}, seen_revision=0,
                user=application.user, now=world.now,
            ),
        ])  # fmt: skip
        seen.add(world.states(application))
    world.heal(minutes=5)
    assert seen <= {("issued", "captured"), ("confirmed", "closed"), ("draft", "closed"), ("paying", "releasing")}
    assert world.books() == []


def test_an_application_that_is_being_paid_cannot_be_changed(world: World) -> None:
    application = world.application()
    world.begin(application)
    with pytest.raises(NotOpen):
        save_step(
            application_id=application.pk, step=StepCode.PLAN, answers={}, seen_revision=0, user=application.user,
            now=world.now,
        )  # fmt: skip


def test_a_plan_changed_behind_the_payment_gives_the_hold_back(world: World) -> None:
    """Should a change ever slip past the lock, the old sum doesn't buy the new plan."""
    for _ in range(TIMES):
        application, payment = world.authorised()
        Application.objects.filter(pk=application.pk).update(
            plan_code="P500", annual_premium=118_190, term_premium=108_340, industry="other_services", annual_sales=1
        )
        world.settle(payment)
        assert world.states(application) == ("confirmed", "closed")
        assert captures(world, application) == 0
    assert world.books() == []


def test_the_deadline_that_passes_between_hold_and_charge_gives_the_hold_back(world: World) -> None:
    before = datetime(2026, 12, 20, 23, 59, 50, tzinfo=JAPAN)
    for turn in range(TIMES):
        world.at(before)
        application, payment = world.authorised()
        if turn % 2:
            world.pass_time(seconds=9)
            world.settle(payment)
            assert world.states(application) == ("issued", "captured")
        else:
            world.pass_time(seconds=10)
            world.settle(payment)
            assert world.states(application) == ("confirmed", "closed")
            assert captures(world, application) == 0
            with pytest.raises(NotPayable, match="too_late"):
                begin_payment(application_id=application.pk, gateway=world.gateway, now=world.now)
    assert world.books() == []


def test_a_membership_that_ends_between_hold_and_charge_gives_the_hold_back(world: World) -> None:
    for _ in range(TIMES):
        application, payment = world.authorised()
        world.tell(application.member, MembershipFact.Kind.LEFT, on=world.now.date())
        world.settle(payment)
        assert world.states(application) == ("confirmed", "closed")
        assert captures(world, application) == 0
    assert world.books() == []


def test_a_membership_that_ends_after_the_charge_was_decided_does_not_undo_it(world: World) -> None:
    """Checked under lock before the capture; what is then charged is covered."""
    for _ in range(TIMES):
        application, payment = world.authorised()

        def end(point: str, application: Application = application) -> None:
            if point == "capture.after_call":
                world.tell(application.member, MembershipFact.Kind.LEFT, on=world.now.date())

        milestones.listen(end)
        world.settle(payment)
        milestones.listen(None)
        assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def test_a_scheme_year_turned_to_another_version_meanwhile_gives_the_hold_back(world: World) -> None:
    """The quote holds within one product version: information services cost more under the later one."""
    year = SchemeYear.objects.get(programme__code=settings.SONAE_PROGRAMME, start_on=date(2026, 12, 1))
    older = ProductVersion.objects.get(effective_date=date(2025, 12, 1))
    newer = year.product_version
    for _ in range(TIMES):
        application, payment = world.authorised(application=world.application(risk=("information", 5_000_000, "P100")))
        SchemeYear.objects.filter(pk=year.pk).update(product_version=older)
        try:
            world.settle(payment)
        finally:
            SchemeYear.objects.filter(pk=year.pk).update(product_version=newer)
        assert world.states(application) == ("confirmed", "closed")
        assert captures(world, application) == 0
    assert world.books() == []


def test_a_quote_that_ran_out_on_the_card_page_gives_the_hold_back(world: World) -> None:
    for _ in range(TIMES):
        application = world.application()
        Application.objects.filter(pk=application.pk).update(quoted_on=world.now.date() - timedelta(days=30))
        _, payment = world.authorised(application=application)
        world.at(datetime.combine(world.now.date(), datetime.max.time(), JAPAN) - timedelta(seconds=5))
        assert Payment.objects.get(pk=payment.pk).state == "open"
        world.pass_time(seconds=6)
        world.settle(payment)
        assert world.states(application)[0] == "confirmed"
        assert captures(world, application) == 0
        world.at(datetime(2026, 11, 24, 10, 0, tzinfo=JAPAN))
    assert world.books() == []


def test_two_applications_for_one_year_that_are_both_charged_end_in_one_cover_and_one_refund(scratch: World) -> None:
    """Two tabs can't bring this about: the unique index is taken down for it. The money goes back by itself."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_living_application_for_each_member_and_year")
    for _ in range(5):
        first, one = scratch.authorised(application=scratch.application(risk=("retail", 9_000_000, "P100")))
        second = scratch.application(member=first.member, risk=("retail", 9_000_000, "P300"))
        _, two = scratch.authorised(application=second)

        def meanwhile(point: str, two: Payment = two) -> None:
            if point == "capture.after_call":
                milestones.listen(None)
                scratch.settle(two)

        milestones.listen(meanwhile)
        scratch.settle(one)
        milestones.listen(None)
        states = {scratch.states(first), scratch.states(second)}
        assert states == {("issued", "captured"), ("closed", "captured")}
    assert scratch.books() == []
