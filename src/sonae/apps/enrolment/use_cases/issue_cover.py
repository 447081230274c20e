"""A captured payment becomes cover: charge, bookings, certificate, papers and mail, all in the caller's one transaction."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import CardPayment
from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Allocation, Charge, Payment, Posting
from sonae.apps.billing.use_cases.refund_payment import note_refund_elsewhere, write_down_refund
from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.use_cases.issue_certificate import issue_certificate
from sonae.apps.enrolment.cover_mails import write_certificate_mail, write_refund_mail
from sonae.apps.enrolment.cover_papers import issue_papers
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.schedule import schedule_of

Account = Posting.Account


def issue_cover(*, application: Application, payment: Payment, now: datetime) -> Certificate:
    """The certificate that this payment pays for. IntegrityError if other cover stands in the way."""
    schedule = schedule_of(application)
    charge = Charge.objects.create(
        key=payment.purpose, member=application.member, charge_yen=schedule.term_premium, recorded_at=now
    )
    certificate = issue_certificate(
        member=application.member,
        scheme_year=application.scheme_year,
        section=Certificate.Section.PAID,
        starts_on=application.start_on,
        schedule=schedule,
        charge=charge,
        actor=f"user:{application.user_id}",
        reason=f"application {application.number}",
        now=now,
    )
    _book_premium(charge=charge, payment=payment, now=now)
    application.certificate = certificate
    application.state = Application.State.ISSUED
    application.changed_at = now
    application.save(update_fields=["certificate", "state", "changed_at"])
    issue_papers(application=application, certificate=certificate, schedule=schedule, payment=payment, now=now)
    write_certificate_mail(application=application, certificate=certificate, now=now)
    return certificate


def _book_premium(*, charge: Charge, payment: Payment, now: datetime) -> None:
    Allocation.objects.create(payment=payment, charge=charge, allocated_yen=charge.charge_yen, recorded_at=now)
    book(
        key=f"charge:{charge.key}",
        postings={Account.MEMBER_RECEIVABLE: charge.charge_yen, Account.PREMIUM_PAYABLE: -charge.charge_yen},
        description="保険料",
        now=now,
    )
    book(
        key=f"payment:{payment.key}",
        postings={Account.CARD_PROCESSOR: payment.charge_yen, Account.MEMBER_RECEIVABLE: -payment.charge_yen},
        description="カード支払い",
        now=now,
    )


def keep_for_refund(*, application: Application, payment: Payment, seen: CardPayment, now: datetime) -> None:
    """Charged, but cover can't be issued: the whole sum is owed back to the card, less what the processor gave back already."""
    captured_yen = seen.charge_yen
    book(
        key=f"payment:{payment.key}",
        postings={Account.CARD_PROCESSOR: captured_yen, Account.REFUND_PAYABLE: -captured_yen},
        description="カード支払い（返金予定）",
        now=now,
    )
    if captured_yen > seen.refunded_yen:
        write_down_refund(payment=payment, refund_yen=captured_yen - seen.refunded_yen, reason="no_cover", now=now)
    if seen.refunded_yen:
        note_refund_elsewhere(payment=payment, refund_yen=seen.refunded_yen, now=now)
    if application.state == Application.State.PAYING:
        application.state = Application.State.CLOSED
        application.closed_reason = "refunded"
        application.changed_at = now
        application.save(update_fields=["state", "closed_reason", "changed_at"])
    write_refund_mail(application=application, payment=payment, captured_yen=captured_yen, now=now)
    record(now=now, actor="system:enrolment", action="payment.owed_back", object_kind="payment", object_id=payment.key,
           captured_yen=captured_yen, refunded_yen=seen.refunded_yen)  # fmt: skip
