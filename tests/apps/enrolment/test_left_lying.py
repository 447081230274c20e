"""An application that was left lying, or that another of the member's people goes on with."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from sonae.apps.enrolment.steps import StepCode
from sonae.apps.enrolment.use_cases import save_step as save_step_module
from sonae.apps.enrolment.use_cases.save_step import YearOver, save_step
from sonae.domain.calendar import JAPAN, japan_date
from sonae.web.portal import application_views
from tests import cast, clock
from tests.web.applicant import DECLARATIONS, Applicant

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


PLAN = {"industry": "other_services", "annual_sales": 5_000_000, "plan_code": "P100"}
PLAN_TYPED = {"industry": "other_services", "sales": "500", "plan": "P100"}
OVER = {
    "the next year is open": (datetime(2026, 10, 1, 10, tzinfo=JAPAN), datetime(2026, 10, 25, 10, tzinfo=JAPAN)),
    "no later year is open": (datetime(2027, 10, 1, 10, tzinfo=JAPAN), datetime(2027, 10, 25, 10, tzinfo=JAPAN)),
}


@pytest.mark.parametrize("case", OVER)
def test_an_application_whose_year_can_not_be_had_any_more_leads_to_a_new_one(people: cast.Cast, case: str) -> None:
    """Looked at or sent: to the page on which a new one is begun, or that says that the programme is closed."""
    begun, today = OVER[case]
    with clock.at(begun):
        applicant = Applicant(people.owner, people.member)
        applicant.fill_in()
    with clock.at(today):
        for page in ("plan/", "confirm/", "pay/"):
            answer = applicant.client.get(applicant.base + page, follow=True)
            assert (answer.status_code, answer.redirect_chain[-1][0]) == (200, "/apply/")
        answer = applicant.client.post(
            f"{applicant.base}plan/", {"revision": "1", "industry": "retail", "sales": "900"}
        )
        assert (answer.status_code, answer.headers["Location"]) == (302, "/apply/")
        seen = applicant.application.steps.get(step="plan").revision
        with pytest.raises(YearOver):
            save_step(
                application_id=applicant.application.pk, step=StepCode.PLAN, answers=PLAN, seen_revision=seen,
                user=people.owner, now=clock.now(),
            )  # fmt: skip


@pytest.mark.parametrize("case", OVER)
def test_without_asking_whether_the_year_is_over_a_start_that_nobody_can_have_is_offered_and_kept(
    people: cast.Cast, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the page shows the old start as if it could be had, and the plan is saved for it."""
    begun, today = OVER[case]
    with clock.at(begun):
        applicant = Applicant(people.owner, people.member)
        applicant.fill_in()
    start_on = applicant.application.start_on
    monkeypatch.setattr(application_views, "year_is_over", lambda _: False)
    monkeypatch.setattr(save_step_module, "find_possible_start", lambda *_: start_on)
    with clock.at(today):
        sent = {**PLAN_TYPED, "revision": applicant.hidden("plan/"), "seen": applicant.hidden("plan/", "seen")}
        applicant.client.post(f"{applicant.base}plan/", sent)
    assert (applicant.reload().quoted_on, applicant.application.start_on) == (japan_date(today), start_on)


def test_whoever_confirms_answers_for_the_application(people: cast.Cast) -> None:
    """The owner begins, her colleague confirms: he is named as the one who answered, and gets the mail."""
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    revision = applicant.hidden("confirm/")
    colleague = Client()
    colleague.force_login(people.colleague)
    colleague.post(f"{applicant.base}confirm/", {"revision": revision, **DECLARATIONS})
    application = applicant.reload()
    assert application.state == "confirmed"
    assert application.user == people.colleague
    assert application.evidence.get().record["actor"] == f"user:{people.colleague.pk}"
