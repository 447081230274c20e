"""Save steps that stand on one page: documents read there in full, and the answers of several steps. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.enrolment.evidence import wording_digest
from sonae.apps.enrolment.locks import lock_application
from sonae.apps.enrolment.models import Application, DocumentOpening
from sonae.apps.enrolment.queries import progress_of
from sonae.apps.enrolment.steps import ORDER, Progress, StepCode
from sonae.apps.enrolment.use_cases.save_step import (
    ChangedMeanwhile,
    NotOpen,
    OutOfOrder,
    keep_answers,
    take_up_plan,
    touch,
)
from sonae.apps.parties.models import User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.domain.calendar import japan_date

State = Application.State


@transaction.atomic
def save_together(
    *,
    application_id: int,
    answers: Mapping[StepCode, Mapping[str, Any]],
    read: Sequence[str],
    seen_revision: int,
    user: User,
    language: str,
    now: datetime,
) -> Progress:
    """The application with these answers. Sent again from the same page, it is a quiet success.

    ``read`` names the documents that stood on the page and were marked as read. Raises ``MayNotAct``, ``NotOpen``, ``OutOfOrder``
    where a step before the first of these isn't done, ``ChangedMeanwhile`` where another page changed it since, ``YearOver``.
    """
    application = lock_application(pk=application_id)
    if not may_act_for(user=user, member=application.member, to="manage"):
        raise MayNotAct
    if application.state not in {State.DRAFT, State.CONFIRMED}:
        raise NotOpen(application.state)
    progress = progress_of(application, today=japan_date(now))
    if not progress.may_visit(min(answers, key=ORDER.index)):
        raise OutOfOrder(progress.first_open)
    if progress.quote_holds and all(progress.answers(step) == dict(given) for step, given in answers.items()):
        return progress
    if application.revision != seen_revision:
        raise ChangedMeanwhile(None)
    _note_read(progress, read, language=language, now=now)
    if StepCode.PLAN in answers:
        take_up_plan(application, progress, answers[StepCode.PLAN])
    keep_answers(application, {step: (progress.revision(step) + 1, given) for step, given in answers.items()}, now=now)
    touch(application, now=now)
    record(now=now, actor=f"user:{user.pk}", action="application.steps_saved", object_kind="application",
           object_id=application.number, steps=", ".join(answers), revision=application.revision)  # fmt: skip
    return progress_of(application, today=japan_date(now))


def _note_read(progress: Progress, read: Sequence[str], *, language: str, now: datetime) -> None:
    application, product = progress.application, progress.product
    digests = {code: wording_digest(product.wording_document(code), language) for code in read}
    known = set(DocumentOpening.objects.filter(application=application).values_list("document", "digest"))
    DocumentOpening.objects.bulk_create(
        DocumentOpening(application=application, document=code, digest=digest, language=language, opened_at=now)
        for code, digest in digests.items()
        if (code, digest) not in known
    )
