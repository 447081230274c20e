"""What a product version says, as immutable values. Built by parse.py from the files of one version folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeVar

from sonae.domain.membership_feed.layout import FeedLayout
from sonae.domain.product.bordereau import BordereauRules
from sonae.domain.product.desk import DeskRules
from sonae.domain.product.explanations import AnsweredGroup, AnsweredQuestion, Keeping, NotCovered, Scenario
from sonae.domain.product.rate_table import RateTable
from sonae.domain.product.texts import ConsultationTexts, InformationText, WordingDocument
from sonae.domain.product.transactions import TransactionRules
from sonae.domain.product.turn import TurnRules
from sonae.domain.text import Text

SectionCode = Literal["free", "paid"]
Limit = Literal["liability", "cost"]
QuestionGroup = Literal["needs", "disclosure", "declaration"]
QuestionKind = Literal["choice", "choices", "yes_no", "confirm"]
Thing = TypeVar("Thing")
RuleKind = Literal["annual_sales_at_least", "industry_in", "disclosure_answer"]
FreeCoverStart = Literal["day_of_joining", "first_of_next_month"]
FreeCoverStop = Literal["day_of_leaving", "first_of_next_month", "expiry"]
ClassChange = Literal["continue", "new_certificate"]


@dataclass(frozen=True, slots=True)
class Party:
    """One organisation of the programme in one role: policyholder, insurer, agency or operator."""

    role: str
    role_name: Text
    name: Text
    duty: Text


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """Days of every year on which the window is closed, both ends included; it may run over the turn of the year."""

    name: Text
    from_month: int
    from_day: int
    to_month: int
    to_day: int

    def holds(self, day: date) -> bool:
        begin, end, asked = (self.from_month, self.from_day), (self.to_month, self.to_day), (day.month, day.day)
        return begin <= asked <= end if begin <= end else asked >= begin or asked <= end


@dataclass(frozen=True, slots=True)
class Contact:
    """The telephone window: where a person can be reached, and when (minutes and weekdays as people read them)."""

    phone: str
    hours: Text
    opens_hour: int
    closes_hour: int
    weekdays: tuple[int, ...]  # ISO weekdays, Monday is 1
    closed_on_holidays: bool = True  # national holidays of Japan; so where a version leaves it open
    closed_periods: tuple[ClosedPeriod, ...] = ()
    answer_working_days: int = 1  # after the day on which the window first sees what was sent

    @property
    def phone_digits(self) -> str:
        """For a ``tel:`` link."""
        return self.phone.replace("-", "")


@dataclass(frozen=True, slots=True)
class MemberClass:
    """One kind of membership that entitles to join."""

    code: str
    name: Text
    group: Text


@dataclass(frozen=True, slots=True)
class CostLine:
    """One kind of loss that is paid: ``limit`` says which limit it counts towards."""

    code: str
    limit: Limit
    name: Text
    explanation: Text
    example: Text
    more_examples: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The free or the paid part. ``liability_limit_yen`` is None where the plan decides it."""

    code: SectionCode
    name: Text
    explanation: Text
    needs_application: bool
    liability_limit_yen: int | None
    cost_limit_yen: int | None
    cost_lines: tuple[str, ...]
    services: tuple[str, ...]
    organiser_may_end_it: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One paid plan; limits in yen for the term."""

    code: str
    name: Text
    liability_limit: int
    cost_limit: int
    factor: Fraction
    suits: Text


@dataclass(frozen=True, slots=True)
class Service:
    """A service that comes with a section. ``phone`` is its own number where it has one, else empty."""

    code: str
    name: Text
    explanation: Text
    sections: tuple[SectionCode, ...]
    phone: str = ""

    @property
    def phone_digits(self) -> str:
        """For a ``tel:`` link."""
        return self.phone.replace("-", "")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The scheme year and its deadlines (F16), on calendar dates in Japan."""

    term_start_month: int
    term_start_day: int
    term_start_hour: int
    application_deadline_day: int
    quote_valid_days: int


@dataclass(frozen=True, slots=True)
class FreeCover:
    """How the free cover follows the membership (F05). The defaults stand for versions published before it was written down.

    ``first_of_next_month``: the first 1st of a month on which the fact holds, so nothing begins or ends within a month.
    ``expiry``: who leaves keeps the free cover to the end of the scheme year.
    """

    starts: FreeCoverStart = "day_of_joining"
    ends: FreeCoverStop = "first_of_next_month"
    on_class_change: ClassChange = "continue"
    issue_days_before_turn: int = 30  # from then on the certificates of the next scheme year are issued


@dataclass(frozen=True, slots=True)
class CardBrand:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Payment:
    frequency: Literal["yearly"]
    frequency_name: Text
    method_name: Text
    brands: tuple[CardBrand, ...]
    tax_note: Text


@dataclass(frozen=True, slots=True)
class Industry:
    """One answer to "which business?". ``factor`` is None exactly where ``refer_reason`` names a rule."""

    code: str
    name: Text
    factor: Fraction | None
    refer_reason: str | None
    hint: Text


@dataclass(frozen=True, slots=True)
class SalesBand:
    """Declared annual sales from ``from_yen`` to ``to_yen``, both included."""

    from_yen: int
    to_yen: int
    factor: Fraction
    name: Text


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """One reason to send a risk to a person. Which of the last four fields is filled follows from ``kind``."""

    code: str
    kind: RuleKind
    message: Text
    next_step: Text
    industries: tuple[str, ...] = ()
    annual_sales_yen: int | None = None
    question: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question. ``fit`` is the sentence about the plans that follows from it, where there is one.

    ``budget_yen`` is the annual premium that the answer names as the most that should be paid.
    """

    code: str
    label: Text
    fit: Text | None = None
    budget_yen: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked, in its exact wording, and why. ``version`` is kept with the answer."""

    code: str
    version: int
    group: QuestionGroup
    kind: QuestionKind
    wording: Text
    explanation: Text
    why: Text
    required: bool
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that the programme hands out."""

    code: str
    name: Text
    explanation: Text


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: facts and what must come out. ``premiums`` is empty where the risk is referred."""

    name: str
    industry: str
    annual_sales: int
    plan: str | None
    start_on: date
    expiry_on: date
    step_values: tuple[Fraction, ...]
    annual_premium: int | None
    term_premium: int | None
    monthly_equivalent: int | None
    referred: tuple[str, ...]


@dataclass(frozen=True)
class Product:
    """One dated version of what is sold. Equal files give an equal product."""

    programme: str
    effective_date: date
    name: Text
    summary: Text
    parties: tuple[Party, ...]
    contact: Contact
    member_classes: tuple[MemberClass, ...]
    membership_feed: FeedLayout
    sections: tuple[Section, ...]
    plans: tuple[Plan, ...]
    cost_lines: tuple[CostLine, ...]
    services: tuple[Service, ...]
    calendar: Calendar
    payment: Payment
    documents: tuple[Document, ...]
    base_premium: int
    rounding_unit: int
    industries: tuple[Industry, ...]
    sales_bands: tuple[SalesBand, ...]
    eligibility: tuple[EligibilityRule, ...]
    questions: tuple[Question, ...]
    wording: tuple[WordingDocument, ...]
    information: tuple[InformationText, ...]
    consultation: ConsultationTexts
    examples: tuple[Example, ...]
    tags: Mapping[str, str]  # place of each number → published | source [n] | assumed
    # Empty in a version that was published before the public pages explained so much.
    not_covered: tuple[NotCovered, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    answered: tuple[AnsweredGroup, ...] = ()
    free_cover: FreeCover = FreeCover()
    keeping: Keeping = Keeping()  # noqa: RUF009  # immutable
    transactions: TransactionRules = TransactionRules()  # noqa: RUF009  # immutable
    turn: TurnRules = TurnRules()  # noqa: RUF009  # immutable
    bordereau: BordereauRules = BordereauRules()  # noqa: RUF009  # immutable
    desk: DeskRules = DeskRules()  # noqa: RUF009  # immutable
    group_policy_number: str = (
        ""  # of the policy that the organisation holds (F01); empty until the insurer has given one
    )

    @property
    def version(self) -> str:
        """The version's name is the day it takes effect, 2026-12-01."""
        return self.effective_date.isoformat()

    @cached_property
    def rate_table(self) -> RateTable:
        """The tariff as integers, worked out once for each product."""
        return RateTable.compile(self)

    def party(self, role: str) -> Party:
        """The party in that role. KeyError if the product names none."""
        return _find(self.parties, "role", role)

    def plan(self, code: str) -> Plan:
        """KeyError if there is no such plan."""
        return _find(self.plans, "code", code)

    def industry(self, code: str) -> Industry:
        """KeyError if there is no such industry."""
        return _find(self.industries, "code", code)

    def section(self, code: str) -> Section:
        """KeyError if there is no such section."""
        return _find(self.sections, "code", code)

    def question(self, code: str) -> Question:
        """KeyError if there is no such question."""
        return _find(self.questions, "code", code)

    def questions_of(self, group: QuestionGroup) -> tuple[Question, ...]:
        """The questions of one group, in the order they are asked."""
        return tuple(question for question in self.questions if question.group == group)

    def document(self, code: str) -> Document:
        """KeyError if there is no such paper."""
        return _find(self.documents, "code", code)

    def wording_document(self, code: str) -> WordingDocument:
        """KeyError if there is no such text."""
        return _find(self.wording, "code", code)

    def information_text(self, code: str) -> InformationText:
        """KeyError if there is no such text."""
        return _find(self.information, "code", code)

    def services_of(self, section: SectionCode) -> tuple[Service, ...]:
        """The services that come with that section, in the product's order."""
        return tuple(service for service in self.services if section in service.sections)

    def cost_lines_of(self, limit: Limit) -> tuple[CostLine, ...]:
        """The lines that count towards that limit."""
        return tuple(line for line in self.cost_lines if line.limit == limit)

    def cost_line(self, code: str) -> CostLine:
        """KeyError if there is no such line."""
        return _find(self.cost_lines, "code", code)

    def scenario(self, code: str) -> Scenario:
        """KeyError if there is no such scenario."""
        return _find(self.scenarios, "code", code)

    @property
    def answered_questions(self) -> tuple[AnsweredQuestion, ...]:
        """All questions with their answers, group after group."""
        return tuple(question for group in self.answered for question in group.questions)

    @property
    def sales_limit(self) -> int | None:
        """Annual sales in yen from which a person has to look at the risk; None if sales never matter."""
        limits = [rule.annual_sales_yen for rule in self.eligibility if rule.annual_sales_yen is not None]
        return min(limits, default=None)


def _find(things: tuple[Thing, ...], field: str, wanted: str) -> Thing:
    for thing in things:
        if getattr(thing, field) == wanted:
            return thing
    raise KeyError(f"no {field} {wanted!r}; there are {', '.join(str(getattr(thing, field)) for thing in things)}")
