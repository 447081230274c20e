"""What a certificate covers on a day, and the certificate behind a verification code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sonae.apps.billing.models import Payment
from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import cover_starts_at
from sonae.domain.certificate.log import fields_on, grouped
from sonae.domain.certificate.log import known_at as known_at_moment
from sonae.domain.product.definition import Plan, Product

LONGEST_CODE = 32


@dataclass(frozen=True, slots=True)
class CoverState:
    """A certificate on one day, with nothing personal in it.

    ``in_force`` also counts the day of expiry, whose first hours are covered: ``begins_at`` and ``ends_at`` say from
    when and until when. ``plan`` is None for the free cover.
    """

    day: date
    in_force: bool
    begins_at: datetime
    ends_at: datetime
    product: Product
    plan: Plan | None
    liability_limit: int
    cost_limit: int

    @property
    def begins_this_day(self) -> bool:
        return self.in_force and self.begins_at.date() == self.day

    @property
    def ends_this_day(self) -> bool:
        return self.in_force and self.ends_at.date() == self.day


def find_by_code(*, code: str) -> Certificate | None:
    """The certificate with that verification code, with its scheme year and transactions. Small letters and hyphens are read."""
    if not code.isascii() or not code.isprintable():
        return None
    code = code.upper().replace("-", "").replace(" ", "")
    if not code or len(code) > LONGEST_CODE:
        return None
    return (
        Certificate.objects.select_related("scheme_year__product_version")
        .defer("scheme_year__product_version__files")
        .prefetch_related("transactions")
        .filter(verification_code=code)
        .first()
    )


def find_free_certificate(*, number: str, user: User) -> Certificate | None:
    """The free certificate of that number, if it is one of a member that this person acts for."""
    return (
        Certificate.objects.select_related("member", "scheme_year__product_version")
        .defer("scheme_year__product_version__files")
        .prefetch_related("transactions")
        .filter(number=number, section=Certificate.Section.FREE, member__people__user=user)
        .first()
    )


def list_free_certificates(*, member: Member, today: date) -> list[Certificate]:
    """The member's free certificates in force or still to begin, earliest first; none that was cancelled from its start."""
    found = (
        Certificate.objects.select_related("scheme_year__product_version")
        .defer("scheme_year__product_version__files")
        .filter(member=member, section=Certificate.Section.FREE, cover__endswith__gte=today)
        .order_by("starts_on", "id")
    )
    return [certificate for certificate in found if certificate.cancelled_on != certificate.starts_on]


def fold(transactions: Iterable[Transaction], *, on: date, known_at: datetime | None = None) -> dict[str, object]:
    """The fields in effect on the day, groups of fields as dictionaries; as they were known at the moment, where one is named."""
    acts = acts_of(transactions)
    return grouped(fields_on(acts if known_at is None else known_at_moment(acts, known_at), on))


def state_on(certificate: Certificate, *, day: date) -> CoverState:
    """Is it in force on that day, under which plan, and with which limits? Before its start: what it will begin with."""
    year = certificate.scheme_year
    product = product_of(year.product_version)
    ends_on = min(certificate.cancelled_on or year.expiry_on, year.expiry_on)
    begins_at = cover_starts_at(product.calendar, certificate.starts_on)
    ends_at = cover_starts_at(product.calendar, max(ends_on, certificate.starts_on))
    shown = min(max(day, certificate.starts_on), year.expiry_on)
    code = str(fold(certificate.transactions.all(), on=shown).get("plan") or "")
    plan = product.plan(code) if certificate.section == Certificate.Section.PAID and code else None
    section = product.section(certificate.section)
    return CoverState(
        day=day,
        in_force=begins_at < ends_at and begins_at.date() <= day <= ends_at.date(),
        begins_at=begins_at,
        ends_at=ends_at,
        product=product,
        plan=plan,
        liability_limit=plan.liability_limit if plan else section.liability_limit_yen or 0,
        cost_limit=plan.cost_limit if plan else section.cost_limit_yen or 0,
    )


def find_latest_change_payment(request: ChangeRequest) -> Payment | None:
    """The last try to pay for this change."""
    return Payment.objects.filter(purpose=request.purpose).order_by("created_at", "id").last()


def first_act_of(request: ChangeRequest) -> Transaction:
    """The first act that was recorded for a change. Transaction.DoesNotExist while nothing is."""
    return Transaction.objects.get(certificate=request.certificate_id, seq=request.first_seq or 0)


def find_certificate(*, number: str) -> Certificate | None:
    """The certificate of that number, free or paid, with its member, scheme year and log."""
    if len(number) > LONGEST_CODE or not number.isprintable():
        return None
    return (
        Certificate.objects.select_related("member", "scheme_year__product_version")
        .defer("scheme_year__product_version__files")
        .prefetch_related("transactions")
        .filter(number=number)
        .first()
    )


def find_paid_certificate(*, number: str) -> Certificate | None:
    """The paid certificate of that number with all that an act on it needs: its member, scheme year and log."""
    found = find_certificate(number=number)
    return found if found is not None and found.section == Certificate.Section.PAID else None


def get_for_change(*, number: str) -> Certificate:
    """The same, read anew. DoesNotExist."""
    found = find_paid_certificate(number=number)
    if found is None:
        raise Certificate.DoesNotExist(number)
    return found


def find_own_paid_certificate(*, number: str, user: User) -> Certificate | None:
    """The paid certificate of that number, if it is one of a member that this person acts for."""
    if len(number) > LONGEST_CODE or not number.isprintable():
        return None
    return (
        Certificate.objects.select_related("member", "scheme_year__product_version")
        .defer("scheme_year__product_version__files")
        .prefetch_related("transactions")
        .filter(number=number, section=Certificate.Section.PAID, member__people__user=user)
        .first()
    )


def find_own_change(*, public_id: str, user: User) -> ChangeRequest | None:
    """The change asked for under that id, if it is one of a member that this person acts for."""
    return (
        ChangeRequest.objects.select_related("certificate__member", "certificate__scheme_year__product_version")
        .defer("certificate__scheme_year__product_version__files")
        .prefetch_related("certificate__transactions")
        .filter(public_id=public_id, certificate__member__people__user=user)
        .first()
    )


def find_waiting_change(*, certificate: Certificate) -> ChangeRequest | None:
    """The change of this certificate that waits for its payment; there is one at most."""
    return ChangeRequest.objects.filter(certificate=certificate, state=ChangeRequest.State.WAITING).first()


def list_waiting_changes(*, member: Member) -> list[ChangeRequest]:
    """Of all its certificates, the oldest first."""
    waiting = ChangeRequest.objects.filter(certificate__member=member, state=ChangeRequest.State.WAITING)
    return list(waiting.order_by("asked_at", "id"))
