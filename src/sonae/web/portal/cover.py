"""What a member holds, as the portal shows it: each certificate, free and paid, with its limits, term, papers and payments."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Prefetch

from sonae.apps.billing.models import Allocation, Payment, Refund
from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.member_file import replaced_of
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.certificates.queries import fold
from sonae.apps.documents.models import Paper
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import cover_starts_at, japan_date
from sonae.domain.certificate.log import stretches
from sonae.domain.product.definition import CostLine, Plan, Product, Section, Service
from sonae.domain.text import Text
from sonae.web.shared import figures
from sonae.web.shared.language import active_language

PREMIUM, ADDITIONAL_PREMIUM = Text("保険料", "Premium"), Text("追加保険料", "Additional premium")
RETURN_PREMIUM, REFUND = Text("返戻保険料", "Return premium"), Text("返金", "Refund")


class CoverState(StrEnum):
    """Where a cover stands at a moment."""

    TO_COME = "to_come"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Cover:
    """One certificate. ``plan`` is None for the free cover."""

    certificate: Certificate
    product: Product
    plan: Plan | None
    facts: dict[str, Any]  # plan, industry, sales, applicant, insured as the live transactions left them
    state: CoverState
    starts_at: datetime
    ends_at: datetime
    allocations: list[Allocation]
    paper: Paper | None  # the certificate as PDF
    shown_on: date  # the day of ``plan`` and ``facts``: today, as far as it belongs to the certificate

    @property
    def section(self) -> Section:
        return self.product.section("paid" if self.plan else "free")

    @property
    def liability_limit(self) -> int:
        return self.plan.liability_limit if self.plan else self.section.liability_limit_yen or 0

    @property
    def cost_limit(self) -> int:
        return self.plan.cost_limit if self.plan else self.section.cost_limit_yen or 0

    @property
    def was_never_held(self) -> bool:
        """Cancelled from its very start."""
        return self.starts_at >= self.ends_at

    @property
    def is_ended(self) -> bool:
        return self.state in {CoverState.EXPIRED, CoverState.CANCELLED}

    @property
    def ends_on(self) -> date:
        return self.certificate.cancelled_on or self.certificate.scheme_year.expiry_on

    @property
    def premium_paid(self) -> int:
        return sum(allocation.allocated_yen for allocation in self.allocations)

    @property
    def is_changed(self) -> bool:
        """Whether anything was recorded after its issue."""
        return len(self.certificate.transactions.all()) > 1

    @property
    def term_premium(self) -> int:
        """What the whole term costs, as it stands."""
        return max(self.certificate.transactions.all(), key=lambda act: act.seq).total_premium_after

    @property
    def upcoming(self) -> list[tuple[datetime, Plan]]:
        """Larger or smaller plans from a later day on, before the cover ends."""
        log = acts_of(self.certificate.transactions.all())
        found, before = [], self.plan
        for piece in stretches(log, term_of(self.certificate)):
            plan = self.product.plan(str(piece.fields["plan"])) if self.plan else None
            starts_at = cover_starts_at(self.product.calendar, piece.term.start_on)
            if plan and plan != before and self.shown_on < piece.term.start_on < self.ends_on:
                found.append((starts_at, plan))
            before = plan if self.shown_on < piece.term.start_on else self.plan
        return found

    @property
    def is_cancelled(self) -> bool:
        return self.certificate.cancelled_on is not None

    @property
    def insured_name(self) -> str:
        return str((self.facts.get("insured") or {}).get("name", ""))

    @property
    def term_words(self) -> str:
        """From when to when, with the hour."""
        language = active_language()
        begins, ends = (figures.moment_words(moment, language) for moment in (self.starts_at, self.ends_at))
        return f"From {begins} to {ends}" if language == "en" else f"{begins} から {ends} まで"


@dataclass(frozen=True)
class Holding:
    """Everything of one member, newest first."""

    covers: list[Cover]
    papers: list[Paper]
    replaced: frozenset[int]  # of the papers: editions of a certificate that a newer one stands for
    payments: list[Payment]  # that were charged, with their refunds and what they paid for

    @property
    def paid(self) -> list[Cover]:
        """In force or to come."""
        return [cover for cover in self._held if cover.plan and not cover.is_ended]

    @property
    def free(self) -> list[Cover]:
        return [cover for cover in self._held if not cover.plan and not cover.is_ended]

    @property
    def ended(self) -> list[Cover]:
        return [cover for cover in self._held if cover.is_ended]

    @property
    def _held(self) -> list[Cover]:
        return [cover for cover in self.covers if not cover.was_never_held]

    @property
    def rows(self) -> list[PaymentRow]:
        """Every charge and refund in the order of days, newest first."""
        of_certificate = {cover.certificate.pk: cover for cover in self.covers}
        rows: list[PaymentRow] = []
        for payment in self.payments:
            held = [of_certificate.get(one.charge.transaction.certificate_id) for one in payment.allocations.all()]
            cover = next((one for one in held if one), None)
            rows.append(PaymentRow(payment, cover, None, payment.charge_yen, payment.captured_at))
            rows += [PaymentRow(payment, cover, one, -one.refund_yen, one.refunded_at) for one in payment.refunds.all()]
        return rows


@dataclass(frozen=True)
class PaymentRow:
    """One line of the list of payments: a charge, or a refund with its own day. ``on`` is None while it is under way."""

    payment: Payment
    cover: Cover | None
    refund: Refund | None
    yen: int
    on: datetime | None

    @property
    def what(self) -> Text:
        """What it was for. A change after issue has charges of its own."""
        if self.refund is not None:
            return RETURN_PREMIUM if self.refund.reason.startswith("act:") else REFUND
        charged = [one.charge.transaction.seq for one in self.payment.allocations.all()]
        return ADDITIONAL_PREMIUM if charged and min(charged) > 1 else PREMIUM


@dataclass(frozen=True)
class Reach:
    """What is paid under the best cover in force, and what isn't."""

    paid: list[CostLine]
    unpaid: list[CostLine]
    services: list[Service]
    missing_services: list[Service]
    larger_plans: list[Plan]


def holding_of(*, member: Member, now: datetime) -> Holding:
    """In the same few statements however many certificates there are."""
    certificates = list(
        Certificate.objects.filter(member=member)
        .select_related("scheme_year__product_version")
        .defer("scheme_year__product_version__files")
        .prefetch_related(Prefetch("transactions", Transaction.objects.order_by("effective_date", "seq")))
        .order_by("-starts_on", "section", "-id")
    )
    payments = _payments_of(member)
    paid = _allocations_of(payments)
    papers = list(Paper.objects.filter(member=member).defer("facts").order_by("-issued_at", "id"))
    pdfs = {paper.key.split(":")[1]: paper for paper in reversed(papers) if paper.kind == Paper.Kind.CERTIFICATE}
    covers = [_cover(one, paid[one.pk], pdfs.get(one.number), now) for one in certificates]
    return Holding(covers, papers, replaced_of(papers), payments)


def find_paper(*, user: User, paper_id: int) -> Paper | None:
    """The paper, if it belongs to a member that this person acts for."""
    return Paper.objects.filter(pk=paper_id, member__people__user=user).first()


def reach_of(product: Product, plan: Plan | None) -> Reach:
    """Under ``plan``, or under the free cover alone."""
    section = product.section("paid" if plan else "free")
    return Reach(
        paid=[line for line in product.cost_lines if line.code in section.cost_lines],
        unpaid=[line for line in product.cost_lines if line.code not in section.cost_lines],
        services=[service for service in product.services if section.code in service.sections],
        missing_services=[service for service in product.services if section.code not in service.sections],
        larger_plans=[one for one in product.plans if _size(one) > _size(plan)] if plan else list(product.plans),
    )


def _size(plan: Plan | None) -> tuple[int, int]:
    return (plan.liability_limit, plan.cost_limit) if plan else (0, 0)


def _payments_of(member: Member) -> list[Payment]:
    """Newest first."""
    allocations = Allocation.objects.select_related("charge__transaction").order_by("id")
    return list(
        Payment.objects.filter(member=member, captured_at__isnull=False)
        .prefetch_related("refunds", Prefetch("allocations", allocations))
        .order_by("-captured_at", "-id")
    )


def _allocations_of(payments: list[Payment]) -> dict[int, list[Allocation]]:
    """By certificate."""
    paid: dict[int, list[Allocation]] = defaultdict(list)
    for payment in payments:
        for allocation in payment.allocations.all():
            allocation.payment = payment  # read already, with its refunds
            paid[allocation.charge.transaction.certificate_id].append(allocation)
    return paid


def _cover(certificate: Certificate, allocations: list[Allocation], paper: Paper | None, now: datetime) -> Cover:
    year = certificate.scheme_year
    product = product_of(year.product_version)
    shown = min(max(japan_date(now), certificate.starts_on), year.expiry_on)
    facts: dict[str, Any] = fold(certificate.transactions.all(), on=shown)
    starts_at = cover_starts_at(product.calendar, certificate.starts_on)
    ends_at = cover_starts_at(product.calendar, certificate.cancelled_on or year.expiry_on)
    is_paid = certificate.section == Certificate.Section.PAID
    return Cover(
        certificate=certificate,
        product=product,
        plan=product.plan(str(facts["plan"])) if is_paid else None,
        facts=facts,
        state=_state(certificate, now, starts_at, ends_at),
        starts_at=starts_at,
        ends_at=ends_at,
        allocations=allocations,
        paper=paper,
        shown_on=shown,
    )


def _state(certificate: Certificate, now: datetime, starts_at: datetime, ends_at: datetime) -> CoverState:
    if now >= ends_at:
        return CoverState.CANCELLED if certificate.cancelled_on else CoverState.EXPIRED
    return CoverState.IN_FORCE if now >= starts_at else CoverState.TO_COME
