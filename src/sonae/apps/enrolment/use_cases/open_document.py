"""The applicant says "I have read this": which document, in which version and language, and when (law row 5)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.enrolment.evidence import wording_digest
from sonae.apps.enrolment.locks import lock_application
from sonae.apps.enrolment.models import Application, DocumentOpening
from sonae.apps.enrolment.queries import progress_of
from sonae.apps.enrolment.steps import Progress, StepCode
from sonae.apps.enrolment.use_cases.save_step import NotOpen, OutOfOrder
from sonae.apps.parties.models import User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.domain.calendar import japan_date

State = Application.State


@transaction.atomic
def open_document(*, application_id: int, document: str, language: str, user: User, now: datetime) -> Progress:
    """The application after the opening; once it is confirmed, reading again adds nothing. KeyError for an unknown document.

    Raises ``MayNotAct``, ``NotOpen`` or ``OutOfOrder``.
    """
    application = lock_application(pk=application_id)
    if not may_act_for(user=user, member=application.member, to="manage"):
        raise MayNotAct
    progress = progress_of(application, today=japan_date(now))
    text = progress.product.wording_document(document)
    if application.state not in {State.DRAFT, State.CONFIRMED}:
        raise NotOpen(application.state)
    if not progress.may_visit(StepCode.DOCUMENTS):
        raise OutOfOrder(progress.first_open)
    if application.state == State.CONFIRMED:
        return progress
    digest = wording_digest(text, language)
    if DocumentOpening.objects.filter(application=application, document=document, digest=digest).exists():
        return progress
    DocumentOpening.objects.create(
        application=application, document=document, digest=digest, language=language, opened_at=now
    )
    record(now=now, actor=f"user:{user.pk}", action="document.opened", object_kind="application",
           object_id=application.number, document=document, language=language, digest=digest)  # fmt: skip
    return progress_of(application, today=japan_date(now))
