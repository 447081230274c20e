"""One calculation as the calculator's page shows it: the form, the answer, and which starts can still be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from sonae.domain.calendar import application_deadline, possible_starts
from sonae.domain.eligibility import Referral
from sonae.domain.period import months_between
from sonae.domain.product.definition import Industry, Product
from sonae.domain.quoting import PublishedVersion, next_possible_start
from sonae.domain.rating import PlanPremium, quote
from sonae.domain.risk import Risk
from sonae.domain.text import Text
from sonae.web.shared.figures import date_words
from sonae.web.shared.language import active_language, say
from sonae.web.site.calculator_form import CalculatorForm, typed

ServiceRows = tuple[tuple[Text, bool], ...]


@dataclass(frozen=True, slots=True)
class FactorChange:
    """A renewal has something to explain: the industry's factor differs from the version before."""

    industry: Text
    since: date
    before: Fraction
    after: Fraction


@dataclass(frozen=True, slots=True)
class Result:
    """All plans for one risk and term, or the reasons for a referral."""

    product: Product
    industry: Industry
    annual_sales: int
    start_on: date
    expiry_on: date
    months: int
    premiums: tuple[PlanPremium, ...]
    referrals: tuple[Referral, ...]
    deadline: date
    too_late: bool  # the last day to apply for this start has passed
    change: FactorChange | None


@dataclass(frozen=True, slots=True)
class Calculation:
    """``form`` is None while the programme takes no applications."""

    product: Product | None
    form: CalculatorForm | None
    result: Result | None
    typed: Mapping[str, str]
    next_start: date | None
    starts: tuple[date, ...] = ()  # those that the form offers

    @property
    def query(self) -> str:
        """What was typed, for an address."""
        return urlencode({name: value for name, value in self.typed.items() if value})

    @property
    def next_query(self) -> str:
        """The same facts for the next start that can still be had."""
        return urlencode(self.typed) if self.next_start is None else self.start_query(self.next_start)

    def start_query(self, start_on: date) -> str:
        """The same facts for that start."""
        return urlencode({**self.typed, "start": start_on.isoformat()})

    def apply_query(self, plan_code: str) -> str:
        """The facts that the application begins with."""
        return urlencode({"industry": self.typed["industry"], "sales": self.typed["sales"], "plan": plan_code})


def calculate(given: Mapping[str, Any], *, versions: Sequence[PublishedVersion], today: date) -> Calculation:
    """Read the facts and rate them. Without facts there is an empty form, with wrong ones a form that says so."""
    facts = typed(given)
    first = next_possible_start(versions, today)
    if not versions:
        return Calculation(None, None, None, facts, None)
    ruling = _version_of(versions, facts["start"], first)
    if first is None and not _is_start(versions, facts["start"]):
        return Calculation(ruling.product, None, None, facts, None)
    starts = _offered(versions, first, facts["start"])
    hint = _deadline_hint(ruling.product, _chosen(facts["start"], starts))
    data = {**facts, "start": facts["start"] or starts[0].isoformat()} if any(facts.values()) else None
    form = CalculatorForm(product=ruling.product, starts=starts, hint=hint, data=data)
    result = _rate(versions, form, today) if form.is_valid() else None
    return Calculation(ruling.product, form, result, facts, first, tuple(starts))


def _rate(versions: Sequence[PublishedVersion], form: CalculatorForm, today: date) -> Result:
    start_on = form.start_on
    version = next(version for version in versions if start_on in version.term)
    product = version.product
    risk = Risk(form.cleaned_data["industry"], form.cleaned_data["sales"])
    answer = quote(product, risk, start_on, version.term.expiry_on, version.digest)
    deadline = application_deadline(product.calendar, start_on)
    return Result(
        product=product,
        industry=product.industry(risk.industry),
        annual_sales=risk.annual_sales,
        start_on=start_on,
        expiry_on=answer.expiry_on,
        months=months_between(start_on, answer.expiry_on),
        premiums=answer.plans,
        referrals=answer.referrals,
        deadline=deadline,
        too_late=today > deadline,
        change=_factor_change(versions, version, risk.industry),
    )


def _factor_change(
    versions: Sequence[PublishedVersion], version: PublishedVersion, industry: str
) -> FactorChange | None:
    earlier = [other for other in versions if other.term.start_on < version.term.start_on]
    if not earlier:
        return None
    before = {one.code: one.factor for one in earlier[-1].product.industries}.get(industry)
    now = version.product.industry(industry)
    if before is None or now.factor is None or before == now.factor:
        return None
    return FactorChange(now.name, version.product.effective_date, before, now.factor)


def _offered(versions: Sequence[PublishedVersion], first: date | None, asked: str) -> list[date]:
    """The starts that can still be had; and the one that a shared address asks for, though it may be too late for it."""
    starts = [
        start
        for version in versions
        for start in possible_starts(version.product.calendar, version.term)
        if (first is not None and start >= first) or start.isoformat() == asked
    ]
    return sorted(starts)


def _is_start(versions: Sequence[PublishedVersion], asked: str) -> bool:
    return any(
        start.isoformat() == asked
        for version in versions
        for start in possible_starts(version.product.calendar, version.term)
    )


def _version_of(versions: Sequence[PublishedVersion], asked: str, first: date | None) -> PublishedVersion:
    for version in versions:
        starts = possible_starts(version.product.calendar, version.term)
        if asked in {start.isoformat() for start in starts}:
            return version
    return next((version for version in versions if first is not None and first in version.term), versions[-1])


def _chosen(asked: str, starts: Sequence[date]) -> date:
    return next((start for start in starts if start.isoformat() == asked), starts[0])


def _deadline_hint(product: Product, start_on: date) -> str:
    language = active_language()
    deadline = date_words(application_deadline(product.calendar, start_on), language)
    return str(say("お申込みは{deadline}まで。", "Apply by {deadline}.")).format(deadline=deadline)


def services_of(product: Product) -> tuple[ServiceRows, ServiceRows]:
    """The services with the paid plans and with the free cover: name, and whether it is included."""
    sections = {section.code: section.services for section in product.sections}
    rows = {
        code: tuple((service.name, service.code in sections.get(code, ())) for service in product.services)
        for code in ("paid", "free")
    }
    return rows["paid"], rows["free"]
