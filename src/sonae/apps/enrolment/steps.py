"""The steps of an application in their order, and which of them are done as things stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.enrolment.starts import start_holds
from sonae.domain.calendar import quote_valid_until
from sonae.domain.eligibility import Referral, assess, assess_disclosure
from sonae.domain.product.definition import Product, Question, QuestionGroup
from sonae.domain.risk import Risk
from sonae.domain.text import Text


class StepCode(StrEnum):
    """What is done on the way, in this order."""

    NEEDS = "needs"
    PLAN = "plan"
    DOCUMENTS = "documents"
    DISCLOSURE = "disclosure"
    COMPANY = "company"
    CONFIRM = "confirm"


ORDER = tuple(StepCode)
TITLES = {
    StepCode.NEEDS: Text("ご意向", "Your needs"),
    StepCode.PLAN: Text("プラン", "Plan"),
    StepCode.DOCUMENTS: Text("重要事項", "Key documents"),
    StepCode.DISCLOSURE: Text("告知", "Disclosure"),
    StepCode.COMPANY: Text("会社の情報", "Your company"),
    StepCode.CONFIRM: Text("確認", "Check"),
}


@dataclass(frozen=True)
class Progress:
    """An application with everything saved so far, seen on one day."""

    application: Application
    product: Product
    steps: dict[str, StepAnswers]
    opened: frozenset[str]  # codes of the documents that were opened
    today: date

    def answers(self, step: StepCode) -> dict[str, Any]:
        """What was saved for the step; empty before it was saved."""
        saved = self.steps.get(step)
        return {} if saved is None else dict(saved.answers)

    def revision(self, step: StepCode) -> int:
        """How often the step was saved; a page carries it so that an older page can't overwrite a newer one."""
        saved = self.steps.get(step)
        return 0 if saved is None else saved.revision

    @cached_property
    def referrals(self) -> tuple[Referral, ...]:
        """Every reason for which a person has to look at this application."""
        return self.plan_referrals + self.disclosure_referrals

    @cached_property
    def plan_referrals(self) -> tuple[Referral, ...]:
        """The reasons that lie in industry and sales (F19)."""
        if not self.application.industry or self.application.annual_sales is None:
            return ()
        risk = Risk(industry=self.application.industry, annual_sales=self.application.annual_sales)
        return assess(self.product, risk)

    @cached_property
    def disclosure_referrals(self) -> tuple[Referral, ...]:
        """The reasons that lie in what was disclosed."""
        given = {code: value for code, value in self.answers(StepCode.DISCLOSURE).items() if isinstance(value, str)}
        return assess_disclosure(self.product, given)

    @cached_property
    def start_is_possible(self) -> bool:
        """Whether the deadline for the start of this application has not passed (F16)."""
        return start_holds(self.application, self.product, self.today)

    @cached_property
    def quote_holds(self) -> bool:
        """Whether the premium that was shown may still be had."""
        quoted_on = self.application.quoted_on
        return (
            quoted_on is not None
            and self.start_is_possible
            and self.today <= quote_valid_until(self.product.calendar, quoted_on)
        )

    @cached_property
    def documents_to_open(self) -> tuple[str, ...]:
        """The documents that must be opened and have not been."""
        return tuple(d.code for d in self.product.wording if d.must_be_opened and d.code not in self.opened)

    def is_done(self, step: StepCode) -> bool:
        """Whether nothing is missing in this step."""
        match step:
            case StepCode.NEEDS:
                return self._answered("needs", step)
            case StepCode.PLAN:
                chosen = bool(self.application.plan_code) and self.application.term_premium is not None
                return step in self.steps and chosen and not self.plan_referrals and self.quote_holds
            case StepCode.DOCUMENTS:
                given = self.answers(step)
                agreed = all(given.get(d.code) is True for d in self.product.wording if d.consent.ja)
                return step in self.steps and agreed and not self.documents_to_open
            case StepCode.DISCLOSURE:
                return self._answered("disclosure", step) and not self.disclosure_referrals
            case StepCode.COMPANY:
                return step in self.steps
            case StepCode.CONFIRM:
                return self.application.state != Application.State.DRAFT

    @property
    def first_open(self) -> StepCode:
        """The first step in which something is missing; the last one when all is done."""
        return next((step for step in ORDER if not self.is_done(step)), StepCode.CONFIRM)

    def may_visit(self, step: StepCode) -> bool:
        """Whether every earlier step is done. A renewal asks for most on one page, and the page of the firm stands beside that."""
        earlier = ORDER[: ORDER.index(step)]
        if step == StepCode.COMPANY and self.application.renewal_of_id:
            earlier = (StepCode.NEEDS,)
        return all(self.is_done(one) for one in earlier)

    def _answered(self, group: QuestionGroup, step: StepCode) -> bool:
        given = self.answers(step)
        return step in self.steps and all(
            is_answered(question, given.get(question.code)) for question in self.product.questions_of(group)
        )


def is_answered(question: Question, answer: object) -> bool:
    """Whether the answer is one that this question takes."""
    codes = {option.code for option in question.options}
    match question.kind:
        case "choices":
            given = answer if isinstance(answer, list) else []
            return set(given) <= codes and (bool(given) or not question.required)
        case "confirm":
            return answer is True or not question.required
        case "yes_no":
            return answer in (codes or {"yes", "no"}) or (not answer and not question.required)
        case "choice":
            return answer in codes or (not answer and not question.required)
