"""What the letters about the next scheme year say: 更新のご案内 with the waterfall, and the letter to those who get no offer.

Everything that all letters of one turn have in common is worked out once; each letter adds its own. Together they are the facts of
a paper like every other, frozen when it is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from sonae.apps.documents.facts import Facts, Frame, Plan
from sonae.apps.documents.models import Paper
from sonae.domain.calendar import cover_starts_at
from sonae.domain.eligibility import Referral
from sonae.domain.period import Term
from sonae.domain.product.definition import Product
from sonae.domain.renewal import WaterfallStep
from sonae.domain.renewal_calendar import TurnDates
from sonae.domain.text import Text


def _both(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}


@dataclass(frozen=True, slots=True)
class TurnFacts(Facts):
    """The same on every letter of a turn. ``expires_at`` is the end of the present cover and the start of the next."""

    frame: Frame
    made_at: datetime
    deadline_on: date
    late_until: date
    expires_at: datetime
    cover_until: datetime
    plans: tuple[Plan, ...]

    @classmethod
    def of(cls, *, product: Product, digest: str, dates: TurnDates, year: Term, made_at: datetime) -> TurnFacts:
        """``product`` rules ``year``, the next one."""
        return cls(
            frame=Frame.of(product, digest),
            made_at=made_at,
            deadline_on=dates.deadline_on,
            late_until=dates.late_until,
            expires_at=cover_starts_at(product.calendar, year.start_on),
            cover_until=cover_starts_at(product.calendar, year.expiry_on),
            plans=tuple(Plan.of(plan) for plan in product.plans),
        )


@dataclass(frozen=True, slots=True)
class StepFacts(Facts):
    """One step of the waterfall, see ``WaterfallStep``."""

    factor: str
    difference: int
    joined: bool

    @classmethod
    def of(cls, step: WaterfallStep) -> StepFacts:
        return cls(step.factor, step.difference, step.joined)


@dataclass(frozen=True, slots=True)
class OfferFacts(Facts):
    """What is one member's own in 更新のご案内. ``premiums`` are annual, in the order of the turn's plans.

    ``months_before`` says how long the present cover lasts; both annual premiums are for a whole year.
    """

    addressee: str
    honorific: str
    certificate_number: str
    industry_name: Text
    annual_sales: int
    plan_code: str
    plan_name: Text
    plan_name_before: Text
    months_before: int
    annual_premium_before: int
    annual_premium: int
    premiums: tuple[int, ...]
    steps: tuple[StepFacts, ...]
    renewal_url: str

    def as_dict(self) -> dict[str, object]:
        """What ``Facts`` would say, field by field: of 200,000 letters the general way takes a third of the time."""
        return {
            "addressee": self.addressee, "honorific": self.honorific, "certificate_number": self.certificate_number,
            "industry_name": _both(self.industry_name), "annual_sales": self.annual_sales, "plan_code": self.plan_code,
            "plan_name": _both(self.plan_name), "plan_name_before": _both(self.plan_name_before),
            "months_before": self.months_before, "annual_premium_before": self.annual_premium_before,
            "annual_premium": self.annual_premium, "premiums": list(self.premiums),
            "steps": [
                {"factor": step.factor, "difference": step.difference, "joined": step.joined} for step in self.steps
            ],
            "renewal_url": self.renewal_url,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReasonFacts(Facts):
    """One reason why there is no offer, and what comes next."""

    message: Text
    next_step: Text

    @classmethod
    def of(cls, reason: Referral) -> ReasonFacts:
        return cls(reason.message, reason.next_step)


@dataclass(frozen=True, slots=True)
class RefusalFacts(Facts):
    """What is one member's own in the letter without an offer. ``has_left``: the membership ends, else the product doesn't fit."""

    addressee: str
    honorific: str
    certificate_number: str
    plan_name_before: Text
    has_left: bool
    reasons: tuple[ReasonFacts, ...]


@dataclass(frozen=True, slots=True)
class Letter(Facts):
    """A whole letter: the turn's facts with the member's own among them."""

    turn: TurnFacts
    own: OfferFacts | RefusalFacts

    def as_dict(self) -> dict[str, object]:
        return self.turn.as_dict() | self.own.as_dict()


def letter_kind(own: OfferFacts | RefusalFacts) -> str:
    """Which paper it is."""
    return Paper.Kind.RENEWAL_OFFER if isinstance(own, OfferFacts) else Paper.Kind.RENEWAL_REFUSED


def letter_key(certificate_number: str, next_year_start: date, revision: int) -> str:
    """One letter for each certificate, year and revision of its offer."""
    return f"renewal:{certificate_number}:{next_year_start.year}:{revision}"


def renewal_address(language: str, certificate_number: str) -> str:
    """Where the offer for that certificate is read and taken up, or why there is none; in the language of the member's papers."""
    return f"{settings.SONAE_SITE_ADDRESS}{'/en' if language == 'en' else ''}/portal/renewal/{certificate_number}/"
