"""Delete what was typed into applications that never became cover and that nothing obliges us to keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from sonae.apps.audit.record import record
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.parties.models import Member

State = Application.State


@dataclass(frozen=True, slots=True)
class ErasedDrafts:
    """How many applications were emptied, and how many answers went with them."""

    applications: int
    answers: int


def erasable_applications(*, member: Member) -> QuerySet[Application]:
    """Begun and not confirmed, or ended without cover, with something still to delete. What was confirmed is sealed evidence,
    but the answers beside a seal of an application that ended without cover are not."""
    return Application.objects.filter(
        member=member, state__in=[State.DRAFT, State.CLOSED], certificate=None, steps__isnull=False
    ).distinct()


@transaction.atomic
def erase_drafts(*, member: Member, actor: str, now: datetime) -> ErasedDrafts:
    """Close the drafts and delete their answers; number, days and who began them stay. Safe to repeat.

    An application that waits for its payment, or is being paid, is left as it is: giving it up comes first.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    ids = list(erasable_applications(member=member).values_list("pk", flat=True))
    found = list(Application.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    answers = 0
    for application in found:
        answers += _empty(application, actor=actor, now=now)
    return ErasedDrafts(len(found), answers)


def _empty(application: Application, *, actor: str, now: datetime) -> int:
    answers, _ = StepAnswers.objects.filter(application=application).delete()
    if application.state == State.DRAFT:
        application.state, application.closed_reason = State.CLOSED, "erased"
    application.plan_code = application.industry = ""
    application.annual_sales = application.annual_premium = application.term_premium = None
    application.quoted_on, application.changed_at = None, now
    application.revision += 1  # a page that is still open can't bring the answers back
    application.save()
    record(now=now, actor=actor, action="application.erased", object_kind="application",
           object_id=application.number, answers=answers)  # fmt: skip
    return answers
