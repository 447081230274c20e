"""What each paper says: frozen values whose ``as_dict()`` is plain JSON, kept with the paper and rendered from it.

A ``Text`` keeps both languages, so one set of facts makes the paper in either. Sums are whole yen, periods run from the
first moment of cover to the moment it ends, moments carry a time zone and are kept as Japan's time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from fractions import Fraction
from typing import Literal, Self

from sonae.domain.calendar import JAPAN, cover_starts_at
from sonae.domain.product.definition import Plan as ProductPlan
from sonae.domain.product.definition import Product
from sonae.domain.product.texts import InformationText
from sonae.domain.rating import PlanPremium, exact_decimal
from sonae.domain.text import Text


class Facts:
    """Anything a paper says: turns itself into plain JSON values."""

    __slots__ = ()

    def as_dict(self) -> dict[str, object]:
        """Names to plain values: strings, whole numbers, lists and dicts. ValueError for a moment without time zone."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]  # every subclass is a dataclass


def _plain(value: object) -> object:
    if isinstance(value, Facts):
        return value.as_dict()
    if isinstance(value, Text):
        return {"ja": value.ja, "en": value.en}
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment on a paper needs its time zone")
        return value.astimezone(JAPAN).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Party(Facts):
    """One organisation and its role: 引受保険会社, 団体（保険契約者）, 取扱代理店, 運営."""

    role_name: Text
    name: Text


@dataclass(frozen=True, slots=True)
class Plan(Facts):
    """One plan with its two limits in yen for the term."""

    code: str
    name: Text
    liability_limit: int
    cost_limit: int

    @classmethod
    def of(cls, plan: ProductPlan) -> Self:
        return cls(plan.code, plan.name, plan.liability_limit, plan.cost_limit)


@dataclass(frozen=True, slots=True)
class Line(Facts):
    """A kind of loss that is paid, or a service: its name and one sentence about it (may be empty)."""

    name: Text
    explanation: Text


@dataclass(frozen=True, slots=True)
class Frame(Facts):
    """What stands on every paper of a product version. ``product_digest`` is the full SHA-256; papers print its start."""

    programme_name: Text
    parties: tuple[Party, ...]
    phone: str
    phone_hours: Text
    product_version: str
    product_digest: str

    @classmethod
    def of(cls, product: Product, digest: str) -> Self:
        parties = tuple(Party(party.role_name, party.name) for party in product.parties)
        contact = product.contact
        return cls(product.name, parties, contact.phone, contact.hours, product.version, digest)


@dataclass(frozen=True, slots=True)
class EstimateStep(Facts):
    """One step of a premium. ``factor`` is 1.31, 9/12 or empty; ``value`` the exact yen so far as a decimal."""

    kind: str
    label: Text
    detail: Text
    factor: str
    value: str


@dataclass(frozen=True, slots=True)
class EstimatePlan(Facts):
    """One plan's premiums in yen with the steps that lead there. ``monthly_equivalent`` is shown, never charged."""

    plan: Plan
    annual_premium: int
    term_premium: int
    monthly_equivalent: int
    steps: tuple[EstimateStep, ...]

    @classmethod
    def of(cls, plan: ProductPlan, premium: PlanPremium) -> Self:
        """Steps that change nothing (a floor not reached, a whole year) are left out."""
        steps = tuple(
            EstimateStep(
                step.kind,
                step.label,
                step.detail,
                step.factor_text or "",
                exact_yen(step.value),
            )
            for step in premium.steps
            if step.changes or step.kind == "rounding"
        )
        return cls(Plan.of(plan), premium.annual_premium, premium.term_premium, premium.monthly_equivalent, steps)


@dataclass(frozen=True, slots=True)
class EstimateFacts(Facts):
    """見積書. ``chosen_plan`` is a plan code or empty for the steps of all plans."""

    frame: Frame
    quote_number: str
    made_at: datetime
    valid_until: date
    industry_name: Text
    annual_sales: int
    cover_from: datetime
    cover_until: datetime
    months: int
    plans: tuple[EstimatePlan, ...]
    chosen_plan: str
    services: tuple[Text, ...]
    conditions: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class CertificateFacts(Facts):
    """加入者証. ``applicant_name`` is empty where the applicant is the insured (F04); so are unknown numbers and phones.

    Later editions say from when, and where it is known until when, their content holds.
    """

    frame: Frame
    certificate_number: str
    group_policy_number: str
    made_at: datetime
    insured_name: str
    insured_address: str
    corporate_number: str
    applicant_name: str
    plan: Plan
    liability_lines: tuple[Line, ...]
    cost_lines: tuple[Line, ...]
    cover_from: datetime
    cover_until: datetime
    industry_name: Text
    annual_sales: int
    annual_premium: int
    term_premium: int
    services: tuple[Line, ...]
    hotline_phone: str
    verification_url: str
    verification_code: str
    edition: int = 1
    content_from: date | None = None
    content_until: date | None = None
    is_cancelled: bool = False  # it ends before the scheme year does


@dataclass(frozen=True, slots=True)
class FreeCertificateFacts(Facts):
    """加入者証 of the free cover (F05). ``not_covered`` names what people may expect of it and only a paid plan brings."""

    frame: Frame
    certificate_number: str
    group_policy_number: str
    made_at: datetime
    insured_name: str
    member_number: str
    member_class_name: Text
    section_name: Text
    liability_limit: int
    liability_lines: tuple[Line, ...]
    not_covered: tuple[Line, ...]
    paid_name: Text
    cover_from: datetime
    cover_until: datetime
    is_cancelled: bool  # it ends before the scheme year does
    verification_url: str
    verification_code: str


@dataclass(frozen=True, slots=True)
class ReceiptFacts(Facts):
    """領収書 for one captured card payment (law rows 15–17). ``keeping_note`` says that it is to be kept as data."""

    frame: Frame
    receipt_number: str
    made_at: datetime
    addressee: str
    honorific: str
    paid_on: date
    payment_yen: int
    payee_name: Text
    card_brand: str
    certificate_number: str
    plan_name: Text
    cover_from: datetime
    cover_until: datetime
    tax_note: Text
    keeping_note: Text
    is_additional: bool = False  # for a change; the period is the one that it costs more for


@dataclass(frozen=True, slots=True)
class MattersSection(Facts):
    """One heading of a text, its paragraphs and its points. ``kind`` says what the points are, as the product does."""

    heading: Text
    paragraphs: tuple[Text, ...]
    points: tuple[Text, ...]
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class MattersPart(Facts):
    """契約概要, 注意喚起情報 or another text, as the product words it."""

    title: Text
    lead: Text
    sections: tuple[MattersSection, ...]

    @classmethod
    def of(cls, text: InformationText) -> Self:
        sections = tuple(
            MattersSection(part.heading, part.paragraphs, part.points, part.kind) for part in text.sections
        )
        return cls(text.title, text.lead, sections)


@dataclass(frozen=True, slots=True)
class ImportantMattersFacts(Facts):
    """重要事項説明書（契約概要・注意喚起情報）. ``made_at`` is the moment from which the product version rules."""

    frame: Frame
    made_at: datetime
    parts: tuple[MattersPart, ...]
    plans: tuple[Plan, ...]
    liability_lines: tuple[Line, ...]
    cost_lines: tuple[Line, ...]

    @classmethod
    def of(cls, product: Product, digest: str) -> Self:
        """Every text that must be opened, with plans and limits: from the version's files alone, so equal everywhere."""
        return cls(
            frame=Frame.of(product, digest),
            made_at=takes_effect_at(product),
            parts=tuple(MattersPart.of(text) for text in product.wording if text.must_be_opened),
            plans=tuple(Plan.of(plan) for plan in product.plans),
            liability_lines=lines_of(product, "liability"),
            cost_lines=lines_of(product, "cost"),
        )


@dataclass(frozen=True, slots=True)
class AnsweredQuestion(Facts):
    """A question as it was worded, its version, and the answer as it was given."""

    code: str
    version: int
    wording: Text
    answer: Text


@dataclass(frozen=True, slots=True)
class ShownDocument(Facts):
    """A text that was opened before consent. ``digest`` is the SHA-256 of what was shown."""

    title: Text
    version: str
    digest: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class DisclosureCopyFacts(Facts):
    """告知内容の写し. ``declarations`` are the sentences that were confirmed. ``applicant_name`` may be empty."""

    frame: Frame
    application_number: str
    certificate_number: str
    made_at: datetime
    insured_name: str
    applicant_name: str
    answered_by: str
    answered_at: datetime
    industry_name: Text
    annual_sales: int
    questions: tuple[AnsweredQuestion, ...]
    declarations: tuple[Text, ...]
    documents: tuple[ShownDocument, ...]


def exact_yen(value: Fraction) -> str:
    """Yen as a decimal without needless places: 64940, 119035.02. ValueError if the decimal never ends."""
    return str(value.numerator) if value.denominator == 1 else exact_decimal(value, 0)


def lines_of(product: Product, limit: Literal["liability", "cost"]) -> tuple[Line, ...]:
    """The product's kinds of loss that count towards that limit, as papers list them."""
    return tuple(Line(line.name, line.explanation) for line in product.cost_lines_of(limit))


def takes_effect_at(product: Product) -> datetime:
    """The first moment of cover under that version: the date of papers that follow from its files and nothing else."""
    return cover_starts_at(product.calendar, product.effective_date)
