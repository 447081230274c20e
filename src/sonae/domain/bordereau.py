"""The monthly list for the insurer: one line for each act, in the month in which it was recorded (docs/algorithms/bordereau.md).

A line is what was true when its act was recorded: whatever is recorded later never changes it. What takes effect earlier than the
month of the list is an adjustment and names the month that it adjusts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.certificate.log import Act, Kind, fields_on
from sonae.domain.certificate.premium import RatedStretch, begun_months, schedule_premium
from sonae.domain.earning import month_of
from sonae.domain.money import round_half_up
from sonae.domain.period import Term, add_months
from sonae.domain.product.definition import Product

PERCENT = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """The certificate of a line: what never changes of it."""

    number: str
    member_number: str
    section: str
    term: Term  # to the expiry of its scheme year, whatever was cancelled
    scheme_year: date
    is_renewal: bool
    product: Product


@dataclass(frozen=True, slots=True)
class Line:
    """One act as the insurer reads it. Yen are whole; a return premium is negative. Days are Japan's.

    ``original_month``: where the act takes effect in an earlier month than the list's. ``recorded_month``: where it was recorded in
    an earlier one, and became known only after that month was closed.
    """

    certificate_number: str
    transaction_number: int
    transaction: str
    section: str
    plan: str
    member_number: str
    member_class: str
    insured_name: str
    industry: str
    annual_sales: int | None
    liability_limit: int
    cost_limit: int
    scheme_year: date
    starts_on: date
    expires_on: date
    effective_date: date
    recorded_on: date
    premium: int
    total_premium: int
    commission_percent: int
    commission: int
    original_month: date | None
    recorded_month: date | None
    product_version: str

    @property
    def net_premium(self) -> int:
        return self.premium - self.commission

    @property
    def premium_kind(self) -> str:
        """original, additional, return or none."""
        if self.transaction in {"new", "renewal"}:
            return "original"
        return "none" if not self.premium else "additional" if self.premium > 0 else "return"


def month_end(month: date) -> datetime:
    """The moment at which the calendar month is over in Japan; it belongs to the next."""
    return datetime.combine(add_months(month, 1), time(), JAPAN)


def month_start(month: date) -> datetime:
    """The first moment of the calendar month in Japan."""
    return datetime.combine(month, time(), JAPAN)


def line_of(listed: Listed, log: Sequence[Act], *, premium: int, total_premium: int, month: date) -> Line:
    """The line of the last act of ``log``; ``premium`` is what it posted, ``total_premium`` the schedule after it. Whole yen."""
    act, product = log[-1], listed.product
    fields = fields_on(log, max(act.effective_date, listed.term.start_on)) or fields_on(log, listed.term.expiry_on)
    plan = str(fields.get("plan") or "")
    recorded_on, section = japan_date(act.recorded_at), product.section(listed.section)
    sold = product.plan(plan) if plan else None
    sales = fields.get("annual_sales")
    return Line(
        certificate_number=listed.number,
        transaction_number=act.seq,
        transaction="renewal" if act.kind == Kind.NEW and listed.is_renewal else str(act.kind),
        section=listed.section,
        plan=plan,
        member_number=listed.member_number,
        member_class=str(fields.get("member_class") or ""),
        insured_name=str(fields.get("insured.name") or ""),
        industry=str(fields.get("industry") or ""),
        annual_sales=int(str(sales)) if sales is not None else None,
        liability_limit=sold.liability_limit if sold else section.liability_limit_yen or 0,
        cost_limit=sold.cost_limit if sold else section.cost_limit_yen or 0,
        scheme_year=listed.scheme_year,
        starts_on=listed.term.start_on,
        expires_on=listed.term.expiry_on,
        effective_date=act.effective_date,
        recorded_on=recorded_on,
        premium=premium,
        total_premium=total_premium,
        commission_percent=product.bordereau.percent_of(listed.section, plan),
        commission=_commission(listed, log, total_premium) - _commission(listed, log[:-1], total_premium - premium),
        original_month=_if_earlier(act.effective_date, month),
        recorded_month=_if_earlier(recorded_on, month),
        product_version=product.version,
    )


def _if_earlier(day: date, month: date) -> date | None:
    return month_of(day) if day < month else None


def _commission(listed: Listed, log: Sequence[Act], total: int) -> int:
    """Yen of commission on the whole schedule after these acts: each plan's rate, weighed with what the plan costs.

    Like the premium it is worked out afresh and posted as a difference; so a cover that is undone leaves no commission behind.
    """
    if not total:
        return 0
    rules = listed.product.bordereau
    plans = {str(act.patch["plan"]) for act in log if "plan" in act.patch}
    rates = {rules.percent_of(listed.section, plan) for plan in plans or {""}}
    if len(rates) == 1:
        return round_half_up(Fraction(total * rates.pop(), PERCENT))
    schedule = schedule_premium(listed.product, log, listed.term)
    months = (
        schedule.term.months
        if schedule.cancelled_on is None
        else begun_months(listed.term.start_on, schedule.cancelled_on)
    )
    weights = [
        (_within(piece, months), rules.percent_of(listed.section, piece.plan_code)) for piece in schedule.stretches
    ]
    whole = sum((weight for weight, _ in weights), Fraction(0))
    return (
        round_half_up(total * sum((weight * rate for weight, rate in weights), Fraction(0)) / (whole * PERCENT))
        if whole
        else 0
    )


def _within(piece: RatedStretch, months: int) -> Fraction:
    """Exact yen of the stretch as far as the cover ran."""
    ran = max(0, min(piece.to_month, months) - piece.from_month)
    return Fraction(piece.annual_premium * ran, 12)


def canonical(line: Line) -> str:
    """The line as it is kept and digested: JSON with sorted keys, no blanks, days as ISO 8601."""
    facts = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(line).items()}
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_DAYS = ("scheme_year", "starts_on", "expires_on", "effective_date", "recorded_on", "original_month", "recorded_month")


def line_from(kept: str) -> Line:
    """The inverse of ``canonical``."""
    facts: dict[str, Any] = json.loads(kept)
    for name in _DAYS:
        facts[name] = date.fromisoformat(facts[name]) if facts[name] else None
    return Line(**facts)


class Digest:
    """SHA-256 over a month's lines in their order, fed as a stream: "YYYY-MM", then each canonical line, each with a line feed."""

    def __init__(self, month: date) -> None:
        self._hash = hashlib.sha256(f"{month:%Y-%m}\n".encode())

    def add(self, lines: Iterable[str]) -> None:
        """The next lines, as ``canonical`` writes them."""
        for line in lines:
            self._hash.update(f"{line}\n".encode())

    @property
    def hex(self) -> str:
        return self._hash.hexdigest()


def remittance_due(product: Product, month: date) -> date:
    """The last day on which the net premium of the month's list reaches the insurer."""
    after = add_months(month, product.bordereau.due_months + 1)
    return date.fromordinal(after.toordinal() - 1)
