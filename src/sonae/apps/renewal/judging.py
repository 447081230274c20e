"""Expiring certificates → answers: the plain ones all at once with the compiled tariffs, those with a history by the domain's rule.

Both ways give the same answers (a test holds them together); neither writes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate
from sonae.apps.parties.models import MembershipFact
from sonae.apps.parties.standing import may_renew
from sonae.apps.renewal.expiring import Expiring
from sonae.apps.renewal.years import Turn
from sonae.domain.period import months_between
from sonae.domain.product.definition import Product
from sonae.domain.proration import MONTHS_OF_A_YEAR
from sonae.domain.quoting import LARGEST_SALES
from sonae.domain.rating import NotRated
from sonae.domain.rating_bulk import BulkTariff, Yen, compile_tariff, rate_many, reason_codes
from sonae.domain.renewal import LEFT, CoverFacts, NotExpiring, WaterfallStep, first_and_last, offer_renewal
from sonae.domain.risk import Risk


class Answer(NamedTuple):
    """What one member is told. ``premiums`` are annual, in the order of the new product's plans, empty without an offer."""

    expiring: Expiring
    decision: str
    reasons: tuple[str, ...]
    plan_at_start: str  # of the old product: on the first day of the expiring certificate, and on its last
    plan_at_end: str
    facts: CoverFacts
    months: int
    premium_before: int
    premium: int
    premiums: tuple[int, ...]
    steps: tuple[WaterfallStep, ...]


class Problem(NamedTuple):
    """Why no answer could be worked out for one certificate."""

    certificate_id: int
    reason: str
    detail: str


class Judged(NamedTuple):
    """All of some certificates. ``cancelled`` has those that the log, not the row, says are cancelled."""

    answers: list[Answer]
    problems: list[Problem]
    cancelled: int = 0


@dataclass(frozen=True)
class _Version:
    """A product, known again by its digest: published, or a draft that was never stored."""

    digest: str
    product: Product = field(compare=False)


@lru_cache(maxsize=8)
def _tariff(version: _Version) -> BulkTariff:
    return compile_tariff(version.product)


def judge(rows: Sequence[Expiring], *, turn: Turn, today: date) -> tuple[Judged, int]:
    """Every answer, and how many of them went by the rule."""
    plain = [row for row in rows if row.is_plain]
    answers, rest = judge_plain(plain, turn=turn)
    rest = [*rest, *(row for row in rows if not row.is_plain)]
    by_rule = judge_by_rule(rest, turn=turn, today=today)
    return Judged([*answers, *by_rule.answers], by_rule.problems, by_rule.cancelled), len(rest)


def judge_plain(rows: Sequence[Expiring], *, turn: Turn) -> tuple[list[Answer], list[Expiring]]:
    """Those whose facts never changed, with two look-ups each; and the rows that want the rule after all."""
    old = _tariff(_Version(turn.expiring.product_version.digest, turn.old))
    new = _tariff(_Version(turn.digest, turn.new))
    known = [row for row in rows if _is_known(row, old, new)]
    rest = [row for row in rows if not _is_known(row, old, new)]
    if not known:
        return [], rest
    sales = np.array([int(row.annual_sales or 0) for row in known], np.int64)
    before = _annual(old, known, sales, [old.plans.index(row.plan_code or "") for row in known])
    this_year = [_annual(new, known, sales, [place] * len(known)) for place in range(len(new.plans))]
    reasons = this_year[0][1].tolist()
    before_yen, was_rated = before[0].tolist(), (before[1] == 0).tolist()
    columns = [premiums.tolist() for premiums, _ in this_year]
    plans = {code: place for place, code in enumerate(new.plans)}
    said = {bits: reason_codes(new, bits) for bits in set(reasons)}
    answers = []
    for place, row in enumerate(known):
        if not was_rated[place]:
            rest.append(row)
            continue
        codes = said[reasons[place]] if row.is_member else (LEFT,)
        premiums = () if codes else tuple(column[place] for column in columns)
        plan_place = plans[row.plan_code or ""]
        answers.append(
            _plain_answer(row, turn=turn, codes=codes, before=before_yen[place], premiums=premiums, place=plan_place)
        )
    return answers, rest


def _is_known(row: Expiring, old: BulkTariff, new: BulkTariff) -> bool:
    sales = row.annual_sales or ""
    return (
        sales.isascii() and sales.isdigit() and len(sales) <= len(str(LARGEST_SALES))
        and row.plan_code in old.plans and row.plan_code in new.plans
        and row.industry in old.industries and row.industry in new.industries
    )  # fmt: skip


def _annual(tariff: BulkTariff, rows: Sequence[Expiring], sales: Yen, plans: list[int]) -> tuple[Yen, Yen]:
    """Annual premiums and the bits of reasons."""
    place = {code: index for index, code in enumerate(tariff.industries)}
    industries = np.array([place[row.industry or ""] for row in rows], np.int32)
    months = np.full(len(rows), MONTHS_OF_A_YEAR, np.int8)
    rated = rate_many(tariff, industries, sales, np.array(plans, np.int8), months)
    return rated.annual_premium, rated.reasons


def _plain_answer(
    row: Expiring, *, turn: Turn, codes: tuple[str, ...], before: int, premiums: tuple[int, ...], place: int
) -> Answer:
    """``place`` is that of its plan among the new ones."""
    plan, industry = row.plan_code or "", row.industry or ""
    facts = CoverFacts(plan, Risk(industry, int(row.annual_sales or 0)))
    months = months_between(row.starts_on, turn.expiring.expiry_on)
    if codes:
        decision = "left" if codes == (LEFT,) else "referred"
        return Answer(row, decision, codes, plan, plan, facts, months, before, 0, (), ())
    premium = premiums[place]
    # Facts that never changed leave the tariff as the only factor with an effect.
    steps = (
        WaterfallStep("sales", 0), WaterfallStep("industry", 0), WaterfallStep("tariff", premium - before),
        WaterfallStep("plan", 0),
    )  # fmt: skip
    return Answer(row, "offered", (), plan, plan, facts, months, before, premium, premiums, steps)


def judge_by_rule(rows: Iterable[Expiring], *, turn: Turn, today: date) -> Judged:
    """One by one by the domain's rule, their logs and their members' facts read in two statements."""
    rows = list(rows)
    if not rows:
        return Judged([], [])
    is_entitled = _standings(rows, turn, today)
    certificates = (
        Certificate.objects.filter(pk__in=[row.certificate_id for row in rows])
        .select_related("scheme_year")
        .prefetch_related("transactions")
    )
    logs = {certificate.pk: certificate for certificate in certificates}
    answers, problems, cancelled = [], [], 0
    for row in rows:
        try:
            answers.append(_by_rule(row, logs[row.certificate_id], turn, is_entitled(row.member_id)))
        except NotExpiring:
            cancelled += 1
        except NotRated as error:
            problems.append(Problem(row.certificate_id, "not_rated", str(error)))
        except (KeyError, ValueError) as error:
            problems.append(Problem(row.certificate_id, "facts_missing", f"{type(error).__name__}: {error}"))
    return Judged(answers, problems, cancelled)


def _standings(rows: Sequence[Expiring], turn: Turn, today: date) -> Callable[[int], bool]:
    facts: dict[int, list[MembershipFact]] = {row.member_id: [] for row in rows}
    for fact in MembershipFact.objects.filter(member_id__in=list(facts)):
        facts[fact.member_id].append(fact)
    calendar, expires_on = turn.new.calendar, turn.expiring.expiry_on

    def of_member(member_id: int) -> bool:
        return may_renew(facts[member_id], expires_on=expires_on, today=today, calendar=calendar)

    return of_member


def _by_rule(row: Expiring, certificate: Certificate, turn: Turn, is_entitled: bool) -> Answer:
    acts, term = acts_of(certificate.transactions.all()), term_of(certificate)
    first, last = first_and_last(acts, term)
    offer = offer_renewal(
        old=turn.old, acts=acts, term=term, new=turn.new, next_term=turn.year.term, may_renew=is_entitled
    )
    by_code = {plan.plan_code: plan.annual_premium for plan in offer.plans}
    return Answer(
        expiring=row,
        decision=offer.decision,
        reasons=tuple(reason.code for reason in offer.reasons),
        plan_at_start=first.plan_code,
        plan_at_end=last.plan_code,
        facts=offer.facts,
        months=offer.months,
        premium_before=offer.annual_premium_before,
        premium=offer.annual_premium,
        premiums=tuple(by_code[plan.code] for plan in turn.new.plans) if by_code else (),
        steps=offer.waterfall.steps if offer.waterfall else (),
    )
