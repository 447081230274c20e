"""Issue a member's certificate with its first transaction and the charge for it. The caller holds the member's lock."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sonae.apps.audit.record import record
from sonae.apps.billing.models import Charge
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.parties.models import Member
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.programmes.numbering import draw
from sonae.domain.numbering import certificate_number


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is covered and what it costs: the fields of the first transaction. Yen for the term."""

    plan_code: str
    industry: str
    annual_sales: int
    applicant: dict[str, str]
    insured: dict[str, str]
    annual_premium: int
    term_premium: int

    def as_patch(self) -> dict[str, object]:
        """Every field that a later act may change."""
        return {
            "plan": self.plan_code,
            "industry": self.industry,
            "annual_sales": self.annual_sales,
            "applicant": self.applicant,
            "insured": self.insured,
        }


def issue_certificate(
    *,
    member: Member,
    scheme_year: SchemeYear,
    section: str,
    starts_on: date,
    schedule: Schedule,
    charge: Charge | None,
    renewed_from: Certificate | None = None,
    actor: str,
    reason: str,
    now: datetime,
) -> Certificate:
    """The new certificate. IntegrityError if the member has cover of this section at that time (exclusion constraint)."""
    certificate = Certificate.objects.create(
        number=certificate_number(scheme_year.start_on.year, draw("certificate")),
        member=member,
        scheme_year=scheme_year,
        section=section,
        starts_on=starts_on,
        verification_code=_verification_code(),
        renewed_from=renewed_from,
        issued_at=now,
    )
    Transaction.objects.create(
        certificate=certificate,
        seq=1,
        kind=Transaction.Kind.NEW,
        effective_date=starts_on,
        recorded_at=now,
        patch=schedule.as_patch(),
        actor=actor,
        reason=reason,
        rating_digest=scheme_year.product_version.digest,
        total_premium_after=schedule.term_premium,
        premium_difference=schedule.term_premium,
        charge=charge,
    )
    record(now=now, actor=actor, action="certificate.issued", object_kind="certificate", object_id=certificate.number)
    return certificate


def _verification_code() -> str:
    """128 random bits in capital letters and digits that can be read aloud and can't be guessed."""
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=")
