"""The member wants to go on: an application for the next scheme year with everything in it that is known already.

Industry, sales and plan come from the last day of the expiring cover, the firm and the insured likewise, the needs from the last
application. What has to be read, answered and declared anew is not filled in (F17: renewal is a procedure, not automatic).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.queries import fold
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.enrolment.queries import progress_of
from sonae.apps.enrolment.schedule import APPLICANT_FIELDS
from sonae.apps.enrolment.steps import StepCode, is_answered
from sonae.apps.enrolment.use_cases.save_step import keep_answers, take_up_plan
from sonae.apps.enrolment.use_cases.start_application import LIVING, open_draft
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.apps.renewal.members_offer import MembersOffer, find_members_offer
from sonae.domain.calendar import japan_date
from sonae.domain.product.definition import Product

State = Application.State


class NothingToRenew(Exception):
    """There is no offer that could be taken up now: none yet, none any more, or the member isn't entitled to one."""


class Renewed(Exception):
    """The certificate was renewed before; ``certificate`` is the new one."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(certificate.number)
        self.certificate = certificate


@transaction.atomic
def start_renewal(*, number: str, user: User, language: str, now: datetime) -> Application:
    """The application that renews this certificate; the one that is under way, if there is one.

    Raises ``NothingToRenew``, ``Renewed`` and ``MayNotAct``.
    """
    today = japan_date(now)
    offer = find_members_offer(number=number, user=user, today=today)
    if offer is None:
        raise NothingToRenew
    member = Member.objects.select_for_update().get(pk=offer.certificate.member_id)
    if not may_act_for(user=user, member=member, to="manage"):
        raise MayNotAct
    if offer.renewal is not None:
        raise Renewed(offer.renewal)
    living = Application.objects.filter(member=member, scheme_year=offer.turn.year, state__in=LIVING).first()
    if living is not None:
        return living
    if offer.start_on is None or offer.offer.reasons:
        raise NothingToRenew
    application = open_draft(
        member=member, user=user, year=offer.turn.year, start_on=offer.start_on, language=language, now=now,
        renewal_of=offer.certificate,
    )  # fmt: skip
    _fill_in(application, offer, now=now)
    return application


def _fill_in(application: Application, offer: MembersOffer, *, now: datetime) -> None:
    last = {step.step: step.answers for step in _last_steps(offer.certificate)}
    facts = offer.offer.facts
    plan = {"industry": facts.risk.industry, "annual_sales": facts.risk.annual_sales, "plan_code": facts.plan_code}
    filled = {
        StepCode.NEEDS: _still_answered(offer.turn.new, last.get(StepCode.NEEDS, {})),
        StepCode.PLAN: plan,
        StepCode.COMPANY: _company(offer.certificate, last.get(StepCode.COMPANY, {})),
    }
    keep_answers(application, {step: (1, answers) for step, answers in filled.items() if answers}, now=now)
    take_up_plan(application, progress_of(application, today=japan_date(now)), plan)
    application.revision = 1
    application.save()


def _last_steps(certificate: Certificate) -> list[StepAnswers]:
    return list(StepAnswers.objects.filter(application__certificate=certificate))


def _still_answered(product: Product, given: dict[str, Any]) -> dict[str, Any]:
    """The needs as they were told, if the product asks nothing else now; otherwise nothing, and they are asked anew."""
    questions = product.questions_of("needs")
    answers = {question.code: given.get(question.code) for question in questions}
    return answers if all(is_answered(question, answers[question.code]) for question in questions) else {}


def _group(fields: Mapping[str, object], name: str) -> dict[str, Any]:
    group = fields.get(name)
    return dict(group) if isinstance(group, Mapping) else {}


def _company(certificate: Certificate, told: dict[str, Any]) -> dict[str, Any]:
    """The firm as the certificate knows it on its last day. That the insured was told of the cover is said anew (F04)."""
    if not told:
        return {}
    fields = fold(certificate.transactions.all(), on=certificate.scheme_year.expiry_on)
    applicant, insured = _group(fields, "applicant"), _group(fields, "insured")
    answers = {**told, **{field: applicant[field] for field in APPLICANT_FIELDS if field in applicant}}
    if told.get("insured_name"):
        answers |= {f"insured_{field}": insured[field] for field in ("name", "kana", "address") if field in insured}
        answers["explained_to_insured"] = False
    return answers
