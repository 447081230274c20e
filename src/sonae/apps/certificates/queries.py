"""Certificates by their numbers and codes, what they say of a day, and the changes that are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from sonae.apps.billing.models import Payment
from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.parties.models import Member, User
from sonae.domain.certificate.log import fields_on, grouped

LONGEST_CODE = 32


def certificates_with_log() -> QuerySet[Certificate]:
    """With member, scheme year and log; what isn't used, the product's files, stays in the database."""
    return (
        Certificate.objects.select_related("member", "scheme_year__product_version")
        .defer("scheme_year__product_version__files")
        .prefetch_related("transactions")
    )


def find_by_code(*, code: str) -> Certificate | None:
    """The certificate with that verification code, with its scheme year and transactions. Small letters and hyphens are read."""
    if not code.isascii() or not code.isprintable():
        return None
    code = code.upper().replace("-", "").replace(" ", "")
    if not code or len(code) > LONGEST_CODE:
        return None
    return certificates_with_log().filter(verification_code=code).first()


def find_free_certificate(*, number: str, user: User) -> Certificate | None:
    """The free certificate of that number, if it is one of a member that this person acts for."""
    return (
        certificates_with_log()
        .filter(number=number, section=Certificate.Section.FREE, member__people__user=user)
        .first()
    )


def fold(transactions: Iterable[Transaction], *, on: date) -> dict[str, object]:
    """The fields in effect on the day, groups of fields as dictionaries."""
    return grouped(fields_on(acts_of(transactions), on))


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
    return certificates_with_log().filter(number=number).first()


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
        certificates_with_log()
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
