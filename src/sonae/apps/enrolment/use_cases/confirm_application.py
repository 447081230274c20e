"""The applicant has checked everything: the declarations are taken, the evidence is sealed, and paying may begin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.enrolment.acceptance import Obstacle, find_obstacle
from sonae.apps.enrolment.evidence import compose_evidence, digest_of
from sonae.apps.enrolment.locks import lock_member_and_application
from sonae.apps.enrolment.models import Application, Evidence
from sonae.apps.enrolment.queries import progress_of
from sonae.apps.enrolment.steps import Progress, StepCode
from sonae.apps.enrolment.use_cases.save_step import ChangedMeanwhile, NotOpen, OutOfOrder, keep_answers
from sonae.apps.parties.models import User
from sonae.apps.parties.queries import MayNotAct, find_membership, may_act_for
from sonae.domain.calendar import japan_date
from sonae.domain.product.definition import Question

State = Application.State
EXPLAINED = "explained_to_insured"  # asked where the insured is named, in the step "company"


class NotAcceptable(Exception):
    """The application can't become cover as things stand."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class DeclarationMissing(Exception):
    """Not every declaration was given; ``codes`` names those that are missing."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


@transaction.atomic
def confirm_application(
    *,
    application_id: int,
    seen_revision: int,
    declarations: Mapping[str, bool],
    user: User,
    language: str,
    now: datetime,
) -> Application:
    """The confirmed application. Confirming the same revision again is a quiet success.

    Raises ``MayNotAct``, ``NotOpen``, ``ChangedMeanwhile`` (an older page was confirmed), ``OutOfOrder``, ``DeclarationMissing``,
    ``NotAcceptable``.
    """
    application = lock_member_and_application(pk=application_id)
    if not may_act_for(user=user, member=application.member, to="manage"):
        raise MayNotAct
    if application.state not in {State.DRAFT, State.CONFIRMED}:
        raise NotOpen(application.state)
    if seen_revision != application.revision:
        raise ChangedMeanwhile(None)
    if application.state == State.CONFIRMED:
        return application
    today = japan_date(now)
    progress = progress_of(application, today=today)
    if not progress.may_visit(StepCode.CONFIRM):
        raise OutOfOrder(progress.first_open)
    given = _given(progress, declarations)
    obstacle = find_obstacle(application=application, now=now)
    membership = find_membership(member=application.member, on=today)
    if obstacle is not None or membership is None:
        raise NotAcceptable(obstacle or Obstacle.NOT_A_MEMBER)
    evidence = compose_evidence(
        progress=progress, declarations=given, membership=membership, user=user, language=language, now=now
    )
    _seal(application, evidence, now=now)
    keep_answers(application, {StepCode.CONFIRM: (application.revision, given)}, now=now)
    application.state, application.language, application.changed_at = State.CONFIRMED, language, now
    application.user = user  # whoever confirms answers for it, is named on the papers and gets the mail
    application.save(update_fields=["state", "language", "changed_at", "user"])
    record(now=now, actor=f"user:{user.pk}", action="application.confirmed", object_kind="application",
           object_id=application.number, revision=application.revision, evidence=digest_of(evidence))  # fmt: skip
    return application


def _seal(application: Application, evidence: dict[str, object], *, now: datetime) -> None:
    Evidence.objects.create(
        application=application,
        revision=application.revision,
        record=evidence,
        digest=digest_of(evidence),
        recorded_at=now,
    )


def declarations_of(progress: Progress) -> tuple[Question, ...]:
    """The declarations that this application needs: all required ones, and the one on the insured where it is another (F04)."""
    other_insured = bool(progress.answers(StepCode.COMPANY).get("insured_name"))
    return tuple(
        question
        for question in progress.product.questions_of("declaration")
        if question.required or (question.code == EXPLAINED and other_insured)
    )


def _given(progress: Progress, declarations: Mapping[str, bool]) -> dict[str, bool]:
    needed = [question.code for question in declarations_of(progress)]
    explained = {EXPLAINED: progress.answers(StepCode.COMPANY).get(EXPLAINED) is True}
    given = {code: {**declarations, **explained}.get(code) is True for code in needed}
    missing = [code for code, value in given.items() if not value]
    if missing:
        raise DeclarationMissing(missing)
    return given
