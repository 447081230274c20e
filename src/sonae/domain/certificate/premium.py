"""What a certificate costs, from its whole log: exact over the term, rounded once (docs/algorithms/schedule-premium.md).

New cover, change, cancellation, reinstatement and reversal are one path: the total is worked out afresh, and what is posted is
the total less what was posted before. So the sum of what was posted is always the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sonae.domain.certificate.log import Act, Stretch, cancelled_on, stretches
from sonae.domain.money import round_half_up
from sonae.domain.period import Term, add_months, months_between
from sonae.domain.product.definition import Product
from sonae.domain.product.transactions import WHOLE, TransactionRules
from sonae.domain.proration import MONTHS_OF_A_YEAR
from sonae.domain.rating import PlanPremium, rate_plan
from sonae.domain.risk import Risk


@dataclass(frozen=True, slots=True)
class RatedStretch:
    """Days on which nothing changes, with their annual premium. Months are counted from the start of the certificate.

    ``rated_as`` differs from what the log says where the tariff has no premium for that: see ``_rateable``.
    """

    term: Term
    from_month: int
    to_month: int
    plan_code: str
    rated_as: Risk
    annual_premium: int

    @property
    def months(self) -> int:
        return self.to_month - self.from_month

    @property
    def exact_premium(self) -> Fraction:
        """Yen for these months, not rounded."""
        return Fraction(self.annual_premium * self.months, MONTHS_OF_A_YEAR)


@dataclass(frozen=True, slots=True)
class SchedulePremium:
    """The premium of one certificate over its term, in whole yen, with the stretches it comes from.

    ``if_uncancelled`` is what it would be without the cancellation; ``kept_exact`` what the refund rule keeps before rounding
    and before the minimum.
    """

    term: Term
    stretches: tuple[RatedStretch, ...]
    cancelled_on: date | None
    if_uncancelled: int
    kept_exact: Fraction
    minimum_applies: bool
    total: int


def begun_months(start_on: date, day: date) -> int:
    """Months from the start to the day; a month that has begun counts whole, for what was in force as it began."""
    whole = months_between(start_on, day)
    return whole if add_months(start_on, whole) == day else whole + 1


def schedule_premium(product: Product, acts: Iterable[Act], term: Term) -> SchedulePremium:
    """The premium of the log over the term (start of the certificate to expiry of its scheme year).

    NotRated where the first fields can't be rated: such a cover is never issued.
    """
    acts = tuple(acts)
    end = cancelled_on(acts)
    issued = min(acts, key=lambda act: act.seq)
    pieces = _rated(product, stretches(acts, term), _risk_of(issued.patch))
    unit = product.rounding_unit
    whole = round_half_up(sum((piece.exact_premium for piece in pieces), Fraction(0)), unit)
    if end is None or end >= term.expiry_on:
        return SchedulePremium(term, pieces, None, whole, Fraction(whole), False, whole)
    if end <= term.start_on:
        return SchedulePremium(term, pieces, end, whole, Fraction(0), False, 0)
    kept = _kept(product.transactions, pieces, begun_months(term.start_on, end))
    by_rule = round_half_up(kept, unit)
    least = product.transactions.minimum_retained
    return SchedulePremium(term, pieces, end, whole, kept, least > by_rule, min(whole, max(by_rule, least)))


def _rated(product: Product, pieces: tuple[Stretch, ...], issued: Risk) -> tuple[RatedStretch, ...]:
    rated: list[RatedStretch] = []
    start_on, before = pieces[0].term.start_on, issued
    for piece in pieces:
        plan_code, risk = str(piece.fields["plan"]), _rateable(product, piece.fields, before)
        premium = annual_premium_of(product, plan_code, risk)
        months = begun_months(start_on, piece.term.start_on), begun_months(start_on, piece.term.expiry_on)
        rated.append(RatedStretch(piece.term, *months, plan_code, risk, premium.annual_premium))
        before = risk
    return tuple(rated)


def annual_premium_of(product: Product, plan_code: str, risk: Risk) -> PlanPremium:
    """The whole year's premium of that plan, with its steps. NotRated where the tariff has none."""
    start_on = product.effective_date
    return rate_plan(product, risk, plan_code, start_on, add_months(start_on, MONTHS_OF_A_YEAR))


def _rateable(product: Product, fields: Mapping[str, object], before: Risk) -> Risk:
    """The risk as the tariff can rate it. Cover that was issued runs on when a fact leaves the tariff in mid-term (F19): sales
    over the highest band are rated as that band, an industry without a factor as the one before it. Renewal refers them."""
    table, risk = product.rate_table, _risk_of(fields)
    highest = table.band_edges[-1]
    sales = min(risk.annual_sales, highest) if before.annual_sales <= highest else risk.annual_sales
    return Risk(risk.industry if risk.industry in table.industries else before.industry, sales)


def _risk_of(fields: Mapping[str, object]) -> Risk:
    return Risk(str(fields["industry"]), int(str(fields["annual_sales"])))


def _kept(rules: TransactionRules, pieces: Iterable[RatedStretch], months: int) -> Fraction:
    """Exact yen that the refund rule keeps of a cover which ends after so many begun months."""
    kept = Fraction(0)
    for piece in pieces:
        start, end = min(piece.from_month, months), min(piece.to_month, months)
        kept += piece.annual_premium * (_kept_share(rules, end) - _kept_share(rules, start))
    return kept


def _kept_share(rules: TransactionRules, months: int) -> Fraction:
    """The share of an annual premium that is kept after so many months."""
    if rules.refund_rule == "by_month":
        return Fraction(months, MONTHS_OF_A_YEAR)
    return Fraction(rules.short_rates[months], WHOLE)


def month_of(start_on: date, month: int) -> Term:
    """The month with that number, counted from nought, of a certificate that starts on the day."""
    return Term(add_months(start_on, month), add_months(start_on, month + 1))
