"""Save the answers of one step: in order, never over newer answers unseen, and never while a payment is under way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.enrolment.locks import lock_application
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.enrolment.queries import progress_of
from sonae.apps.enrolment.starts import find_possible_start
from sonae.apps.enrolment.steps import Progress, StepCode
from sonae.apps.parties.models import User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.domain.calendar import japan_date
from sonae.domain.eligibility import assess
from sonae.domain.rating import rate_plan
from sonae.domain.risk import Risk

State = Application.State


class NotOpen(Exception):
    """The application can't be changed now; ``state`` says why."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class OutOfOrder(Exception):
    """An earlier step is not done; ``first_open`` is where to go on."""

    def __init__(self, first_open: StepCode) -> None:
        super().__init__(first_open)
        self.first_open = first_open


class ChangedMeanwhile(Exception):
    """Another page saved other answers since this one was opened; ``saved`` holds them."""

    def __init__(self, saved: StepAnswers | None) -> None:
        super().__init__("changed meanwhile")
        self.saved = saved


class YearOver(Exception):
    """The scheme year of this application can't be had any more: a new application is needed."""


@transaction.atomic
def save_step(
    *, application_id: int, step: StepCode, answers: Mapping[str, Any], seen_revision: int, user: User, now: datetime
) -> Progress:
    """The application after the save. The same answers twice are a quiet success.

    ``seen_revision`` is the one of the page. Raises ``MayNotAct``, ``NotOpen``, ``OutOfOrder``, ``ChangedMeanwhile`` or
    ``YearOver``.
    """
    application = lock_application(pk=application_id)
    if not may_act_for(user=user, member=application.member, to="manage"):
        raise MayNotAct
    if application.state not in {State.DRAFT, State.CONFIRMED}:
        raise NotOpen(application.state)
    progress = progress_of(application, today=japan_date(now))
    if not progress.may_visit(step):
        raise OutOfOrder(progress.first_open)
    saved = progress.steps.get(step)
    is_current = step != StepCode.PLAN or progress.quote_holds
    if saved is not None and saved.answers == dict(answers) and is_current:
        return progress
    if seen_revision != progress.revision(step):
        raise ChangedMeanwhile(saved)
    if step == StepCode.PLAN:
        take_up_plan(application, progress, answers)
    keep_answers(application, {step: (seen_revision + 1, answers)}, now=now)
    touch(application, now=now)
    record(now=now, actor=f"user:{user.pk}", action="application.step_saved", object_kind="application",
           object_id=application.number, step=str(step), revision=application.revision)  # fmt: skip
    return progress_of(application, today=japan_date(now))


def keep_answers(
    application: Application, given: Mapping[StepCode, tuple[int, Mapping[str, Any]]], *, now: datetime
) -> None:
    """By step the revision and the answers; in one statement, whether a step was saved before or not."""
    StepAnswers.objects.bulk_create(
        [
            StepAnswers(application=application, step=step, answers=dict(answers), revision=revision, saved_at=now)
            for step, (revision, answers) in given.items()
        ],
        update_conflicts=True,
        unique_fields=["application", "step"],
        update_fields=["answers", "revision", "saved_at"],
    )


def touch(application: Application, *, now: datetime) -> None:
    """A change makes a draft of a confirmed application: what was sealed is no longer what would be bought."""
    application.revision += 1
    application.state = State.DRAFT
    application.changed_at = now
    application.save()


def take_up_plan(application: Application, progress: Progress, answers: Mapping[str, Any]) -> None:
    """Industry, sales, plan and their premium into the application; the caller holds its lock and saves it. YearOver."""
    start_on = find_possible_start(application, progress.product, progress.today)
    if start_on is None:
        raise YearOver
    application.start_on = start_on
    risk = Risk(industry=answers["industry"], annual_sales=answers["annual_sales"])
    application.industry, application.annual_sales = risk.industry, risk.annual_sales
    application.plan_code = answers["plan_code"]
    application.annual_premium = application.term_premium = application.quoted_on = None
    if application.plan_code and not assess(progress.product, risk):
        term = (application.start_on, application.scheme_year.expiry_on)
        premium = rate_plan(progress.product, risk, application.plan_code, *term)
        application.annual_premium, application.term_premium = premium.annual_premium, premium.term_premium
        application.quoted_on = progress.today
