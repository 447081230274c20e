"""What a member holds, as the portal shows it: each certificate with its plan, term, papers and payments."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Prefetch

from sonae.apps.billing.models import Allocation
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.documents.models import Paper
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import Membership, find_membership, list_members_of
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import cover_starts_at, japan_date
from sonae.domain.product.definition import Plan, Product
from sonae.web.shared import figures
from sonae.web.shared.language import active_language


class CoverState(StrEnum):
    """Where a cover stands at a moment."""

    TO_COME = "to_come"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Cover:
    """One certificate of the paid section."""

    certificate: Certificate
    product: Product
    plan: Plan
    facts: dict[str, Any]  # plan, industry, sales, applicant, insured as the transactions left them
    state: CoverState
    starts_at: datetime
    expires_at: datetime
    allocations: list[Allocation]

    @property
    def term_words(self) -> str:
        """From when to when, with the hour."""
        language = active_language()
        begins, ends = (figures.moment_words(moment, language) for moment in (self.starts_at, self.expires_at))
        return f"From {begins} to {ends}" if language == "en" else f"{begins} から {ends} まで"


@dataclass(frozen=True)
class Holding:
    """Everything of one member."""

    member: Member
    membership: Membership | None
    covers: list[Cover]
    papers: list[Paper]


def holdings_of(*, user: User, now: datetime) -> list[Holding]:
    """For every member that this person acts for, newest certificates first."""
    return [_holding(member, now) for member in list_members_of(user=user)]


def find_paper(*, user: User, paper_id: int) -> Paper | None:
    """The paper, if it belongs to a member that this person acts for."""
    return Paper.objects.filter(pk=paper_id, member__people__user=user).first()


def _holding(member: Member, now: datetime) -> Holding:
    certificates = list(
        Certificate.objects.filter(member=member, section=Certificate.Section.PAID)
        .select_related("scheme_year__product_version")
        .defer("scheme_year__product_version__files")
        .prefetch_related(Prefetch("transactions", Transaction.objects.order_by("effective_date", "seq")))
        .order_by("-starts_on", "-id")
    )
    paid = _allocations_of(certificates)
    return Holding(
        member=member,
        membership=find_membership(member=member, on=japan_date(now)),
        covers=[_cover(certificate, paid[certificate.pk], now) for certificate in certificates],
        papers=list(Paper.objects.filter(member=member).order_by("-issued_at", "id")),
    )


def _allocations_of(certificates: list[Certificate]) -> dict[int, list[Allocation]]:
    """By certificate, however many there are in the same few queries."""
    paid: dict[int, list[Allocation]] = defaultdict(list)
    allocations = Allocation.objects.filter(charge__transaction__certificate__in=certificates)
    for allocation in allocations.select_related("payment", "charge__transaction").prefetch_related("payment__refunds"):
        paid[allocation.charge.transaction.certificate_id].append(allocation)
    return paid


def _cover(certificate: Certificate, allocations: list[Allocation], now: datetime) -> Cover:
    product = product_of(certificate.scheme_year.product_version)
    facts: dict[str, Any] = {}
    for transaction in certificate.transactions.all():
        facts |= transaction.patch
    starts_at = cover_starts_at(product.calendar, certificate.starts_on)
    ends_on = certificate.cancelled_on or certificate.scheme_year.expiry_on
    expires_at = cover_starts_at(product.calendar, ends_on)
    return Cover(
        certificate=certificate,
        product=product,
        plan=product.plan(facts["plan"]),
        facts=facts,
        state=_state(certificate, now, starts_at, expires_at),
        starts_at=starts_at,
        expires_at=expires_at,
        allocations=allocations,
    )


def _state(certificate: Certificate, now: datetime, starts_at: datetime, expires_at: datetime) -> CoverState:
    if now >= expires_at:
        return CoverState.CANCELLED if certificate.cancelled_on else CoverState.EXPIRED
    return CoverState.IN_FORCE if now >= starts_at else CoverState.TO_COME
