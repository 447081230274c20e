"""A certificate on a day, as it was known at a moment. What is recorded later never changes the answer to an earlier question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import JAPAN, cover_starts_at
from sonae.domain.certificate.log import Act, cancelled_on, fields_on, grouped, known_at, live
from sonae.domain.certificate.premium import RatedStretch, SchedulePremium, schedule_premium
from sonae.domain.product.definition import Plan, Product


@dataclass(frozen=True)
class AsAt:
    """``fields`` are flat and empty where nothing was known; before the cover begins they are those it will begin with."""

    certificate: Certificate
    product: Product
    on: date
    known_at: datetime
    entries: tuple[Transaction, ...]  # known at that moment, in the order of their numbers
    log: tuple[Act, ...]

    @property
    def is_known(self) -> bool:
        return bool(self.log)

    @property
    def ends_on(self) -> date:
        expiry_on = self.certificate.scheme_year.expiry_on
        return min(cancelled_on(self.log) or expiry_on, expiry_on)

    @property
    def begins_at(self) -> datetime:
        return cover_starts_at(self.product.calendar, self.certificate.starts_on)

    @property
    def ends_at(self) -> datetime:
        return cover_starts_at(self.product.calendar, max(self.ends_on, self.certificate.starts_on))

    @property
    def is_cancelled(self) -> bool:
        return self.ends_on < self.certificate.scheme_year.expiry_on

    @property
    def in_force(self) -> bool:
        """The day of expiry counts: its first hours are covered."""
        return (
            self.is_known and self.begins_at < self.ends_at and self.begins_at.date() <= self.on <= self.ends_at.date()
        )

    @property
    def begins_this_day(self) -> bool:
        return self.in_force and self.begins_at.date() == self.on

    @property
    def ends_this_day(self) -> bool:
        return self.in_force and self.ends_at.date() == self.on

    @property
    def fields(self) -> dict[str, object]:
        shown = min(max(self.on, self.certificate.starts_on), self.certificate.scheme_year.expiry_on)
        return fields_on(self.log, shown)

    @property
    def is_paid(self) -> bool:
        return self.certificate.section == Certificate.Section.PAID

    @property
    def plan(self) -> Plan | None:
        code = str(self.fields.get("plan", ""))
        return self.product.plan(code) if self.is_paid and code else None

    @property
    def liability_limit(self) -> int:
        section = self.product.section(self.certificate.section)
        return self.plan.liability_limit if self.plan else section.liability_limit_yen or 0

    @property
    def cost_limit(self) -> int:
        section = self.product.section(self.certificate.section)
        return self.plan.cost_limit if self.plan else section.cost_limit_yen or 0

    @property
    def schedule(self) -> SchedulePremium | None:
        """The premium of the whole log as known; None for the free cover."""
        return (
            schedule_premium(self.product, self.log, term_of(self.certificate))
            if self.is_paid and self.is_known
            else None
        )

    @property
    def piece(self) -> RatedStretch | None:
        """The months of the day, with their annual premium."""
        schedule = self.schedule
        return next((one for one in schedule.stretches if self.on in one.term), None) if schedule else None

    @property
    def undone(self) -> frozenset[int]:
        """The numbers of acts that a living act reverses, directly or not; reversals themselves aren't among them."""
        counted = {act.seq for act in live(self.log)}
        return frozenset(act.seq for act in self.log if act.reverses is None and act.seq not in counted)


def as_at(certificate: Certificate, *, on: date, known: datetime) -> AsAt:
    """The certificate comes with its scheme year and transactions."""
    entries = sorted(certificate.transactions.all(), key=lambda entry: entry.seq)
    log = known_at(acts_of(entries), known)
    seen = {act.seq for act in log}
    product = product_of(certificate.scheme_year.product_version)
    return AsAt(certificate, product, on, known, tuple(one for one in entries if one.seq in seen), log)


def as_at_json(found: AsAt) -> dict[str, Any]:
    """The answer for machines: yen are whole numbers, days and moments ISO. ``content`` is null where nothing was known."""
    certificate, schedule = found.certificate, found.schedule
    return {
        "number": certificate.number,
        "section": certificate.section,
        "member_number": certificate.member.number,
        "on": found.on.isoformat(),
        "known_at": found.known_at.astimezone(JAPAN).isoformat(),
        "known": found.is_known,
        "in_force": found.in_force,
        "begins_at": found.begins_at.isoformat(),
        "ends_at": found.ends_at.isoformat(),
        "cancelled": found.is_cancelled,
        "product_version": found.product.version,
        "content": _plain(grouped(found.fields)) if found.is_known else None,
        "liability_limit": found.liability_limit if found.is_known else None,
        "cost_limit": found.cost_limit if found.is_known else None,
        "annual_premium": found.piece.annual_premium if found.piece else None,
        "total_premium": schedule.total if schedule else None,
        "acts": [_act_json(entry, found) for entry in found.entries],
    }


def _act_json(entry: Transaction, found: AsAt) -> dict[str, Any]:
    reverses = next((act.reverses for act in found.log if act.seq == entry.seq), None)
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "effective_date": entry.effective_date.isoformat(),
        "recorded_at": entry.recorded_at.astimezone(JAPAN).isoformat(),
        "changes": _plain(entry.patch),
        "reverses": reverses,
        "undone": entry.seq in found.undone,
        "premium_difference": entry.premium_difference,
        "total_premium_after": entry.total_premium_after,
    }


def _plain(fields: Mapping[str, object]) -> dict[str, object]:
    """Without the premium of the day of issue, which older first acts keep and which is no field of the cover."""
    return {name: value for name, value in fields.items() if name != "annual_premium"}
