"""F13: something changes between "pay" and the charge. One of the two wins, never a mix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from sonae.apps.audit import milestones
from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases.leave_payment import leave_payment
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.steps import StepCode
from sonae.apps.enrolment.use_cases import save_step as save_step_module
from sonae.apps.enrolment.use_cases.begin_payment import NotPayable, begin_payment
from sonae.apps.enrolment.use_cases.confirm_application import confirm_application
from sonae.apps.enrolment.use_cases.save_step import ChangedMeanwhile, NotOpen, YearOver, save_step
from sonae.apps.enrolment.use_cases.start_application import start_application
from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import ProductVersion, SchemeYear
from sonae.domain.calendar import JAPAN
from tests.faults.acts import ANSWERS, COMPANY, DECLARATIONS, take_step
from tests.faults.books import read_processor
from tests.faults.races import all_inside, without_locks
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


def test_the_rate_table_that_switches_at_midnight_is_the_old_one_or_the_new_one(world: World) -> None:
    """An application of 20 October falls into the old scheme year and its rates, one of the 21st into the new. The card page
    was open when it struck twelve: charged before, at the old premium; after, nothing, and the new year's premium is offered."""
    # A month of 64,940 × 1.75 × 1.11 and a year of 64,940 × 1.85 × 1.11.
    old, new = (date(2026, 11, 1), 10_510), (date(2026, 12, 1), 133_350)
    for turn in range(TIMES):
        world.at(datetime(2026, 10, 20, 23, 59, 50, tzinfo=JAPAN))
        application = world.applied()
        assert (application.start_on, application.term_premium) == old
        _, payment = world.authorised(application=application)
        world.pass_time(seconds=9 if turn % 2 else 10)
        world.settle(payment)
        if turn % 2:
            assert world.states(application) == ("issued", "captured")
            assert captures(world, application) == 1
            continue
        assert world.states(application) == ("confirmed", "closed")
        assert captures(world, application) == 0
        with pytest.raises(YearOver):
            take_step(("save", "plan"), member_id=application.member_id, now=world.now)
        again = start_application(member=application.member, user=application.user, language="ja", now=world.now)
        assert world.states(application)[0] == "closed"
        save_step(application_id=again.pk, step=StepCode.NEEDS, answers=ANSWERS["needs"], seen_revision=0,
                  user=again.user, now=world.now)  # fmt: skip
        save_step(application_id=again.pk, step=StepCode.PLAN, answers=ANSWERS["plan"], seen_revision=0, user=again.user,
                  now=world.now)  # fmt: skip
        again.refresh_from_db()
        assert (again.start_on, again.term_premium) == new
    assert world.books() == []


def saves(world: World, application: Application, **changes: str) -> Callable[[], object]:
    """Saving the company's answers from a page that was opened now."""
    seen = application.steps.get(step="company").revision
    return lambda: save_step(
        application_id=application.pk, step=StepCode.COMPANY, answers={**COMPANY, **changes}, seen_revision=seen,
        user=application.user, now=world.now,
    )  # fmt: skip


def test_two_people_who_change_one_step_at_once_have_one_winner_and_the_other_is_told(world: World) -> None:
    for _ in range(TIMES):
        application = world.applied()
        names = ("備前 一郎", "備前 次郎")
        outcomes = all_at_once([saves(world, application, representative=name) for name in names])
        lost = [outcome for outcome in outcomes if isinstance(outcome, ChangedMeanwhile)]
        assert len(lost) == 1, outcomes
        won = names[1 - outcomes.index(lost[0])]
        assert application.steps.get(step="company").answers["representative"] == won
        assert lost[0].saved is not None
        assert lost[0].saved.answers["representative"] == won


def test_without_the_lock_both_believe_that_they_have_saved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: one of the two answers is lost, and nobody is told."""
    without_locks(monkeypatch)
    all_inside(monkeypatch, save_step_module, "progress_of", 2)
    application = world.applied()
    outcomes = all_at_once([saves(world, application, representative=name) for name in ("備前 一郎", "備前 次郎")])
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes


def test_a_change_and_the_confirmation_at_once_never_seal_what_was_not_seen(world: World) -> None:
    """Whoever comes second: what was changed is to be confirmed anew, and can't be paid until then."""
    for _ in range(TIMES):
        application = world.applied()
        saves(world, application, representative="備前 一郎")()
        application.refresh_from_db()
        seen = application.revision
        outcomes = all_at_once([
            saves(world, application, representative="備前 次郎"),
            lambda application=application, seen=seen: confirm_application(
                application_id=application.pk, seen_revision=seen, declarations=DECLARATIONS, user=application.user,
                language="ja", now=world.now,
            ),
        ])  # fmt: skip
        assert not isinstance(outcomes[0], Exception), outcomes
        assert isinstance(outcomes[1], (Application, ChangedMeanwhile)), outcomes
        application.refresh_from_db()
        assert application.state == Application.State.DRAFT
        sealed = application.evidence.order_by("-revision")[0].record
        assert sealed["company"]["answers"]["representative"] != "備前 次郎"
        with pytest.raises(NotPayable):
            world.begin(application)


def test_a_change_and_pay_at_once_have_one_winner(world: World) -> None:
    seen = set()
    for _ in range(TIMES):
        application = world.applied()
        saved, begun = all_at_once([
            saves(world, application, representative="備前 次郎"), lambda application=application: world.begin(application)
        ])  # fmt: skip
        won = (isinstance(saved, Exception), isinstance(begun, Exception))
        assert won in {(True, False), (False, True)}, (saved, begun)
        assert isinstance(saved, NotOpen) or isinstance(begun, NotPayable)
        seen.add(world.states(application))
    assert seen <= {("paying", "open"), ("draft", "")}
    assert world.books(settled=False) == []


def test_two_applications_for_one_year_that_are_both_charged_end_in_one_cover_and_one_refund(scratch: World) -> None:
    """Two tabs can't bring this about: the unique index is taken down for it. The money goes back by itself."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_living_application_for_each_member_and_year")
    for _ in range(TIMES):
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
