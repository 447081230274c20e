"""Passing a referral on and withdrawing its consent at one moment: one comes first, and what was passed is always taken back."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection

from sonae.apps.contact.models import ConsentWithdrawal
from sonae.apps.contact.referral_models import ReferralStep, ThirdPartyProvision
from sonae.apps.contact.use_cases import pass_referral as use_case
from sonae.apps.contact.use_cases.answer_referral import NotNow, answer_referral
from sonae.apps.contact.use_cases.pass_referral import NoConsent
from sonae.apps.documents.models import OutboxMessage
from sonae.domain.calendar import japan_date
from sonae.domain.referral import Step
from tests import clock
from tests.apps.contact.referring import pass_on, refer, withdraw
from tests.faults.races import at_once, wrong
from tests.faults.world import World

pytestmark = pytest.mark.faults
TIMES = 40


def told_to_delete(number: str) -> bool:
    return OutboxMessage.objects.filter(key=f"referral-to-delete:{number}").exists()


def test_passed_and_withdrawn_at_once_either_nothing_was_passed_or_the_agency_is_told(world: World) -> None:
    outcomes = set()
    for turn in range(TIMES):
        consultation = refer()
        pair = [partial(pass_on, consultation), partial(withdraw, consultation, seconds=0)]
        came = at_once(*(pair if turn % 2 else pair[::-1]))
        assert {type(error) for error in wrong(came)} <= {NoConsent}, came
        assert ConsentWithdrawal.objects.filter(consent=consultation.consent).exists()
        passed = ThirdPartyProvision.objects.filter(consent=consultation.consent).exists()
        assert passed == (not wrong(came))
        assert told_to_delete(consultation.number) == passed
        outcomes.add(passed)
    assert outcomes <= {True, False}


def test_of_eight_clerks_who_pass_the_same_referral_one_does(world: World) -> None:
    for _ in range(5):
        consultation = refer()
        came = at_once(*(partial(pass_on, consultation, actor=f"user:{place}") for place in range(8)))
        assert wrong(came) == []
        assert ThirdPartyProvision.objects.filter(consent=consultation.consent).count() == 1
        assert OutboxMessage.objects.filter(key=f"referral-passed:{consultation.number}").count() == 1


def test_two_answers_at_once_are_numbered_or_told(world: World) -> None:
    for _ in range(5):
        consultation = refer()
        provision = pass_on(consultation)
        answer = partial(
            answer_referral, provision_id=provision.pk, step=Step.TAKEN, happened_on=japan_date(clock.now()),
            actor="user:2", now=clock.now(),
        )  # fmt: skip
        came = at_once(partial(answer, note="a"), partial(answer, note="b"))
        assert {type(error) for error in wrong(came)} <= {NotNow}, came
        assert ReferralStep.objects.filter(provision=provision, seq=1).count() == 1


def test_a_withdrawal_waits_for_the_one_that_passes_and_then_finds_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held open between the record and the end of its transaction, the withdrawal stands still until it is over."""
    consultation = refer()
    order: list[str] = []
    written = use_case.write_passed_mail

    def slowly(**given: object) -> None:
        order.append("recorded")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.5)")
        order.append("about to commit")
        written(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(use_case, "write_passed_mail", slowly)

    def take_back() -> None:
        while "recorded" not in order:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.02)")
        withdraw(consultation)
        order.append("withdrawn")

    assert wrong(at_once(partial(pass_on, consultation), take_back)) == []
    assert order == ["recorded", "about to commit", "withdrawn"]
    assert told_to_delete(consultation.number)


def test_without_taking_turns_the_withdrawal_would_not_see_what_is_being_passed(
    scratch: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: both get through, and nobody tells the agency."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER contact_withdrawal_takes_turns ON contact_consentwithdrawal")
    consultation = refer()
    order: list[str] = []
    written = use_case.write_passed_mail

    def slowly(**given: object) -> None:
        order.append("recorded")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.7)")
        written(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(use_case, "write_passed_mail", slowly)

    def take_back() -> None:
        while "recorded" not in order:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.02)")
        withdraw(consultation)

    assert wrong(at_once(partial(pass_on, consultation), take_back)) == []
    assert ThirdPartyProvision.objects.filter(consent=consultation.consent).exists()
    assert not told_to_delete(consultation.number)
