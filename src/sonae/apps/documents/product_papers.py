"""The papers that follow from a product version alone: who opens them, what they say, and which template sets them.

They hold nothing that a clock or a database decides, so equal files give equal facts on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from sonae.apps.documents.facts import (
    Facts,
    Frame,
    ImportantMattersFacts,
    Line,
    MattersPart,
    Plan,
    lines_of,
    takes_effect_at,
)
from sonae.apps.documents.plan_table import PlanTableFacts
from sonae.domain.product.definition import Product
from sonae.domain.product.texts import InformationText
from sonae.domain.text import Text

When = Literal["before", "incident", "any"]


@dataclass(frozen=True, slots=True)
class TextPaperFacts(Facts):
    """One text of the product, with plans and kinds of loss where the text is about them (契約概要), else without."""

    frame: Frame
    made_at: datetime
    text: MattersPart
    plans: tuple[Plan, ...] = ()
    liability_lines: tuple[Line, ...] = ()
    cost_lines: tuple[Line, ...] = ()

    @classmethod
    def of(cls, product: Product, digest: str, text: InformationText) -> Self:
        return cls(Frame.of(product, digest), takes_effect_at(product), MattersPart.of(text))

    @classmethod
    def with_plans(cls, product: Product, digest: str, text: InformationText) -> Self:
        return cls(
            frame=Frame.of(product, digest),
            made_at=takes_effect_at(product),
            text=MattersPart.of(text),
            plans=tuple(Plan.of(plan) for plan in product.plans),
            liability_lines=lines_of(product, "liability"),
            cost_lines=lines_of(product, "cost"),
        )


@dataclass(frozen=True, slots=True)
class CallFirst(Facts):
    """Whom one section calls first: its name, the number, and when it is answered (empty for day and night)."""

    section_name: Text
    called: Text
    phone: str
    hours: Text

    @property
    def phone_digits(self) -> str:
        """For a ``tel:`` link."""
        return self.phone.replace("-", "")


@dataclass(frozen=True, slots=True)
class ClaimsGuideFacts(Facts):
    """保険金請求のご案内. ``calls`` has one entry for each section, the paid one first."""

    frame: Frame
    made_at: datetime
    text: MattersPart
    calls: tuple[CallFirst, ...]

    @classmethod
    def of(cls, product: Product, digest: str) -> Self:
        text = MattersPart.of(product.information_text("claims_guide"))
        return cls(Frame.of(product, digest), takes_effect_at(product), text, whom_to_call(product))


def whom_to_call(product: Product) -> tuple[CallFirst, ...]:
    """A section with a service that has a number calls that number; any other calls the window."""
    window = product.party("operator").role_name
    calls = []
    for section in sorted(product.sections, key=lambda one: one.code == "free"):
        service = next((one for one in product.services_of(section.code) if one.phone), None)
        if service is not None:
            calls.append(CallFirst(section.name, service.name, service.phone, Text("", "")))
        else:
            calls.append(CallFirst(section.name, window, product.contact.phone, product.contact.hours))
    return tuple(calls)


@dataclass(frozen=True, slots=True)
class ProductPaper:
    """One kind of paper. ``slug`` names it in addresses, ``document`` in the product; ``when`` says when to read it."""

    slug: str
    document: str
    template: str
    when: When
    facts: Callable[[Product, str], Facts]

    def is_of(self, product: Product) -> bool:
        """Whether that version hands it out; one published before the paper was asked for doesn't."""
        return any(document.code == self.document for document in product.documents)


def _text(code: str) -> Callable[[Product, str], Facts]:
    return lambda product, digest: TextPaperFacts.of(product, digest, product.wording_document(code))


def _overview(product: Product, digest: str) -> Facts:
    return TextPaperFacts.with_plans(product, digest, product.wording_document("overview"))


PRODUCT_PAPERS = (
    ProductPaper("important-matters", "important_matters", "important_matters", "before", ImportantMattersFacts.of),
    ProductPaper("product-summary", "product_summary", "text_paper", "before", _overview),
    ProductPaper("points-to-note", "points_to_note", "text_paper", "before", _text("points_to_note")),
    ProductPaper("plan-table", "plan_table", "plan_table", "before", PlanTableFacts.of),
    ProductPaper("claims-guide", "claims_guide", "claims_guide", "incident", ClaimsGuideFacts.of),
    ProductPaper("privacy-notice", "privacy_notice", "text_paper", "any", _text("privacy")),
)


def find_product_paper(slug: str) -> ProductPaper | None:
    """The paper of that name, if there is one."""
    return next((paper for paper in PRODUCT_PAPERS if paper.slug == slug), None)
