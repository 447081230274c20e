"""A captured payment becomes cover: charge, bookings, certificate, papers and mail, all in the caller's one transaction."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.billing.ledger import book_charge, book_payment
from sonae.apps.billing.models import Allocation, Charge, Payment
from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.use_cases.issue_certificate import issue_certificate
from sonae.apps.enrolment.cover_mails import write_certificate_mail
from sonae.apps.enrolment.cover_papers import issue_papers
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.schedule import schedule_of


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
        renewed_from=application.renewal_of,
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
    book_charge(charge, description="保険料", now=now)
    book_payment(payment, now=now)
