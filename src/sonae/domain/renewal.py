"""An expiring cover and the product of the next scheme year → an offer, or the reasons why there is none (F17, F19–F21).

The premium is worked out afresh from the facts of the last day. How it comes about from last year's is shown factor by factor
(docs/algorithms/waterfall.md); what is decided, and when anew, is in docs/algorithms/renewal.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple

from sonae.domain.certificate.log import Act, cancelled_on, fields_on
from sonae.domain.certificate.premium import annual_premium_of
from sonae.domain.eligibility import Referral, assess
from sonae.domain.period import Term
from sonae.domain.product.definition import Product
from sonae.domain.product.turn import ReasonWords
from sonae.domain.proration import MONTHS_OF_A_YEAR
from sonae.domain.rating import NotRated, PlanPremium, rate
from sonae.domain.risk import Risk

Decision = Literal["offered", "left", "referred"]
Factor = Literal["sales", "industry", "tariff", "plan"]
FACTORS: tuple[Factor, ...] = ("sales", "industry", "tariff", "plan")
LEFT, NOT_RATED = "LEFT", "NOT_RATED"


class NotExpiring(Exception):
    """The certificate is cancelled before the scheme year expires: there is nothing to renew."""


class CoverFacts(NamedTuple):
    """What a premium depends on (F13)."""

    plan_code: str
    risk: Risk


class WaterfallStep(NamedTuple):
    """What one factor changes, in whole yen a year. ``joined``: it can't be told apart from the next one, which bears it too."""

    factor: Factor
    difference: int
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From last year's annual premium to this year's; the differences add up exactly."""

    before: int
    steps: tuple[WaterfallStep, ...]
    after: int


@dataclass(frozen=True, slots=True)
class RenewalOffer:
    """What the member is told. ``plans`` is empty and ``waterfall`` None where nothing is offered.

    ``facts`` are those of the last day, the plan that of the next year. ``months`` is how long the expiring cover lasted: below
    twelve it was paid for a part of a year, while both annual premiums are for a whole one.
    """

    decision: Decision
    reasons: tuple[Referral, ...]
    term: Term
    facts: CoverFacts
    plans: tuple[PlanPremium, ...]
    waterfall: Waterfall | None
    annual_premium_before: int
    months: int

    @property
    def annual_premium(self) -> int:
        """Of the plan that is offered first; 0 where nothing is offered."""
        return self.waterfall.after if self.waterfall else 0


def offer_renewal(
    *,
    old: Product,
    acts: Iterable[Act],
    term: Term,
    new: Product,
    next_term: Term,
    may_renew: bool,
    declared: CoverFacts | None = None,
) -> RenewalOffer:
    """What becomes of a certificate with this log and term (start of the certificate to its expiry) in the next scheme year.

    ``may_renew`` says whether it still belongs to a member then (F21). ``declared`` are plan and risk as the member declares them
    for the next year; without them those of the last day go on. NotExpiring where it is cancelled before; NotRated where not even
    the expiring cover can be rated, which a certificate that was issued always can.
    """
    acts = tuple(acts)
    end = cancelled_on(acts)
    if end is not None and end < term.expiry_on:
        raise NotExpiring(f"cancelled on {end}")
    first, last = first_and_last(acts, term)
    before = annual_premium_of(old, first.plan_code, first.risk).annual_premium
    offered = declared or CoverFacts(plan_to_offer(old, last.plan_code, new), last.risk)
    decision, reasons = decide(new, offered.risk, may_renew=may_renew)
    if reasons:
        return RenewalOffer(decision, reasons, next_term, offered, (), None, before, term.months)
    plans = rate(new, offered.risk, next_term.start_on, next_term.expiry_on)
    steps = waterfall(old, first, new, offered)
    return RenewalOffer(decision, (), next_term, offered, plans, steps, before, term.months)


def first_and_last(acts: Iterable[Act], term: Term) -> tuple[CoverFacts, CoverFacts]:
    """The facts of the certificate's first day and of its last. KeyError or ValueError where one is missing or no figure."""
    acts = tuple(acts)
    last_day = term.expiry_on - timedelta(days=1)
    return facts_of(fields_on(acts, term.start_on)), facts_of(fields_on(acts, last_day))


def facts_of(fields: dict[str, object]) -> CoverFacts:
    """The facts among the fields of a log. KeyError or ValueError where one is missing or no figure."""
    return CoverFacts(str(fields["plan"]), Risk(str(fields["industry"]), int(str(fields["annual_sales"]))))


def decide(new: Product, risk: Risk, *, may_renew: bool) -> tuple[Decision, tuple[Referral, ...]]:
    """Offered without reasons, or left or referred with all of them. Who leaves is told that first: nothing else matters then."""
    if not may_renew:
        return "left", (_said(LEFT, new.turn.left),)
    reasons = assess(new, risk)
    if not reasons and not _rateable(new, risk):
        reasons = (_said(NOT_RATED, new.turn.not_rated),)
    return ("referred", reasons) if reasons else ("offered", ())


def reason_of(new: Product, code: str) -> Referral:
    """The words behind a reason's code. KeyError for a code that the product doesn't know."""
    if code == LEFT:
        return _said(LEFT, new.turn.left)
    if code == NOT_RATED:
        return _said(NOT_RATED, new.turn.not_rated)
    for rule in new.eligibility:
        if rule.code == code:
            return Referral(rule.code, rule.message, rule.next_step)
    raise KeyError(code)


def plan_to_offer(old: Product, plan_code: str, new: Product) -> str:
    """The same plan; where the new product has none of that code, the smallest whose limit is not lower, else the largest."""
    plans = sorted(new.plans, key=lambda plan: (plan.liability_limit, plan.cost_limit, plan.code))
    if any(plan.code == plan_code for plan in plans):
        return plan_code
    limit = old.plan(plan_code).liability_limit
    return next((plan.code for plan in plans if plan.liability_limit >= limit), plans[-1].code)


def waterfall(old: Product, before: CoverFacts, new: Product, after: CoverFacts) -> Waterfall:
    """From the old premium to the new one, one factor at a time and always in this order: sales, industry, tariff, plan.

    Each step is the difference of two whole annual premiums, so they add up exactly. A mixture that no tariff rates (new sales for
    which the old tariff had no band) can't be told apart: its step is 0 yen and ``joined``, and the next one bears it too.
    NotRated where the first or the last can't be rated.
    """
    stops = (
        (old, CoverFacts(before.plan_code, Risk(before.risk.industry, after.risk.annual_sales))),
        (old, CoverFacts(before.plan_code, after.risk)),
        (new, CoverFacts(before.plan_code, after.risk)),
        (new, after),
    )
    first = last = _annual(old, before)
    steps = []
    for factor, (product, facts) in zip(FACTORS, stops, strict=True):
        premium = last if facts == before and product is old else _annual_or_none(product, facts)
        if premium is None and factor != FACTORS[-1]:
            steps.append(WaterfallStep(factor, 0, joined=True))
            continue
        premium = _annual(product, facts) if premium is None else premium
        steps.append(WaterfallStep(factor, premium - last))
        last = premium
    return Waterfall(first, tuple(steps), last)


def is_part_year(months: int) -> bool:
    """Whether last year's payment was for less than a year, which has to be said beside its annual premium."""
    return months < MONTHS_OF_A_YEAR


def _annual(product: Product, facts: CoverFacts) -> int:
    return annual_premium_of(product, facts.plan_code, facts.risk).annual_premium


def _annual_or_none(product: Product, facts: CoverFacts) -> int | None:
    try:
        return _annual(product, facts)
    except NotRated:
        return None


def _rateable(product: Product, risk: Risk) -> bool:
    return _annual_or_none(product, CoverFacts(product.plans[0].code, risk)) is not None


def _said(code: str, words: ReasonWords) -> Referral:
    return Referral(code, words.message, words.next_step)
