"""Keep what the one page of a renewal asks: facts and plan, documents and consents, disclosure. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from sonae.apps.enrolment.locks import lock_application
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import progress_of
from sonae.apps.enrolment.steps import Progress, StepCode
from sonae.apps.enrolment.use_cases.open_document import open_document
from sonae.apps.enrolment.use_cases.save_step import ChangedMeanwhile, save_step
from sonae.apps.parties.models import User
from sonae.domain.calendar import japan_date


@dataclass(frozen=True, slots=True)
class RenewalAnswers:
    """What was sent from the page. ``read`` names the documents that stood on it in full and were marked as read."""

    plan: Mapping[str, Any]
    read: Sequence[str]
    consents: Mapping[str, bool]
    disclosure: Mapping[str, Any]
    explained_to_insured: bool


@transaction.atomic
def keep_renewal_answers(
    *, application_id: int, answers: RenewalAnswers, seen_revision: int, user: User, language: str, now: datetime
) -> Progress:
    """The application with these answers. Sent again from the same page, it is a quiet success.

    Raises ``ChangedMeanwhile`` where another page changed it since, and everything that ``save_step`` raises.
    """
    application = lock_application(application_id)
    progress = progress_of(application, today=japan_date(now))
    steps: list[tuple[StepCode, Mapping[str, Any]]] = [
        (StepCode.PLAN, answers.plan),
        (StepCode.DOCUMENTS, answers.consents),
        (StepCode.DISCLOSURE, answers.disclosure),
    ]
    company = progress.answers(StepCode.COMPANY)
    if company.get("insured_name"):
        steps.append((StepCode.COMPANY, {**company, "explained_to_insured": answers.explained_to_insured}))
    is_known = all(progress.answers(step) == dict(given) for step, given in steps)
    if application.revision != seen_revision and not is_known:
        raise ChangedMeanwhile(None)
    for step, given in steps:
        if step == StepCode.DOCUMENTS:
            _note_read(application, answers.read, user=user, language=language, now=now)
        progress = save_step(
            application_id=application.pk, step=step, answers=given, seen_revision=progress.revision(step), user=user, now=now
        )  # fmt: skip
    return progress


def _note_read(application: Application, documents: Sequence[str], *, user: User, language: str, now: datetime) -> None:
    for document in documents:
        open_document(application_id=application.pk, document=document, language=language, user=user, now=now)
