"""What the paper of a paid certificate says (加入者証), and a new edition of it after each act that changes what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.facts import CertificateFacts, Frame, Line, Plan, lines_of
from sonae.apps.documents.models import Paper
from sonae.apps.documents.papers import issue_paper
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import cover_starts_at
from sonae.domain.certificate.log import Act, Stretch, cancelled_on, grouped, stretches
from sonae.domain.certificate.premium import SchedulePremium
from sonae.domain.period import Term

ADDRESS = ("prefecture", "city", "street", "building")


@dataclass(frozen=True, slots=True)
class Edition:
    """Which edition of the paper it is, and on which days its content holds; None where nothing bounds them."""

    number: int = 1
    content_from: date | None = None
    content_until: date | None = None
    ends_on: date | None = None  # where the certificate is cancelled


FIRST = Edition()


def certificate_facts(
    *,
    certificate: Certificate,
    fields: Mapping[str, object],
    annual_premium: int,
    term_premium: int,
    edition: Edition = FIRST,
    now: datetime,
) -> CertificateFacts:
    """``fields`` as they are grouped in a patch; yen for a whole year of this content, and for the whole term."""
    version = certificate.scheme_year.product_version
    product = product_of(version)
    applicant, insured = _group(fields, "applicant"), _group(fields, "insured")
    is_applicant = insured.get("name", "") == applicant.get("name", "")
    code = certificate.verification_code
    return CertificateFacts(
        frame=Frame.of(product, version.digest),
        certificate_number=certificate.number,
        group_policy_number=product.group_policy_number,
        made_at=now,
        insured_name=insured.get("name", ""),
        insured_address=address_of(applicant) if is_applicant else insured.get("address", ""),
        corporate_number=applicant.get("corporate_number", "") if is_applicant else "",
        applicant_name="" if is_applicant else applicant.get("name", ""),
        plan=Plan.of(product.plan(str(fields["plan"]))),
        liability_lines=lines_of(product, "liability"),
        cost_lines=lines_of(product, "cost"),
        cover_from=cover_starts_at(product.calendar, certificate.starts_on),
        cover_until=cover_starts_at(product.calendar, edition.ends_on or certificate.scheme_year.expiry_on),
        industry_name=product.industry(str(fields["industry"])).name,
        annual_sales=int(str(fields["annual_sales"])),
        annual_premium=annual_premium,
        term_premium=term_premium,
        services=tuple(Line(service.name, service.explanation) for service in product.services_of("paid")),
        hotline_phone=next((service.phone for service in product.services_of("paid") if service.phone), ""),
        verification_url=f"{settings.SONAE_SITE_ADDRESS}/verify/{code}/",
        verification_code=code,
        edition=edition.number,
        content_from=edition.content_from,
        content_until=edition.content_until,
        is_cancelled=edition.ends_on is not None,
    )


def issue_edition(
    *,
    certificate: Certificate,
    log: tuple[Act, ...],
    after: SchedulePremium,
    day: date,
    language: str,
    now: datetime,
) -> Paper | None:
    """The next edition, with the content of that day; none where the certificate was cancelled from its start."""
    ends_on = cancelled_on(log)
    if ends_on is not None and ends_on <= certificate.starts_on:
        return None
    place, pieces = _piece_of(log, after.term, day)
    piece, costs = pieces[place], after.stretches[place]
    number = Paper.objects.filter(key__startswith=f"{Paper.Kind.CERTIFICATE}:{certificate.number}:").count() + 1
    edition = Edition(
        number,
        content_from=piece.term.start_on if len(pieces) > 1 else None,
        content_until=piece.term.expiry_on if place + 1 < len(pieces) else None,
        ends_on=ends_on,
    )
    facts = certificate_facts(
        certificate=certificate,
        fields=grouped(piece.fields),
        annual_premium=costs.annual_premium,
        term_premium=after.total,
        edition=edition,
        now=now,
    )
    return issue_paper(
        key=f"{Paper.Kind.CERTIFICATE}:{certificate.number}:{number}",
        kind=Paper.Kind.CERTIFICATE,
        member=certificate.member,
        product_version=certificate.scheme_year.product_version,
        language=language,
        file_name=f"{certificate.number}_加入者証_第{number}版.pdf",
        facts=facts.as_dict(),
        now=now,
    )


def address_of(applicant: Mapping[str, str]) -> str:
    """The applicant's address in one line."""
    return "".join(applicant.get(part, "") for part in ADDRESS)


def _piece_of(log: tuple[Act, ...], term: Term, day: date) -> tuple[int, tuple[Stretch, ...]]:
    pieces = stretches(log, term)
    return next((place for place, piece in enumerate(pieces) if day in piece.term), len(pieces) - 1), pieces


def _group(fields: Mapping[str, object], name: str) -> dict[str, str]:
    inner = fields.get(name)
    return {part: str(value) for part, value in inner.items()} if isinstance(inner, Mapping) else {}
