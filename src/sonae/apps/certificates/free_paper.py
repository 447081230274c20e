"""The paper of a free certificate, made when somebody first wants it: a million members, and few of them ever ask."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings

from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.queries import fold
from sonae.apps.documents.facts import Frame, FreeCertificateFacts, Line
from sonae.apps.documents.models import Paper
from sonae.apps.documents.papers import issue_paper
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import cover_starts_at, japan_date
from sonae.domain.product.definition import Product


class NothingCovered(Exception):
    """The certificate was cancelled from its start: there is no cover that a paper could prove."""


def free_certificate_paper(*, certificate: Certificate, language: str, now: datetime) -> Paper:
    """The paper in that language, its facts frozen when it is first asked for; a new one after each act on the certificate.

    Raises ``NothingCovered``.
    """
    year = certificate.scheme_year
    ends_on = min(certificate.cancelled_on or year.expiry_on, year.expiry_on)
    if ends_on <= certificate.starts_on:
        raise NothingCovered(certificate.number)
    acts = list(certificate.transactions.all())
    return issue_paper(
        key=f"{Paper.Kind.FREE_CERTIFICATE}:{certificate.number}:{max(act.seq for act in acts)}:{language}",
        kind=Paper.Kind.FREE_CERTIFICATE,
        member=certificate.member,
        product_version=year.product_version,
        language=language,
        file_name=f"{certificate.number}_加入者証（無料補償）.pdf",
        facts=_facts(certificate, fold(acts, on=_shown_day(certificate, ends_on, now)), ends_on, now).as_dict(),
        now=now,
    )


def _shown_day(certificate: Certificate, ends_on: date, now: datetime) -> date:
    """Today; before it begins its first day, after it has ended its last."""
    return min(max(japan_date(now), certificate.starts_on), ends_on)


def _facts(certificate: Certificate, fields: dict[str, object], ends_on: date, now: datetime) -> FreeCertificateFacts:
    version = certificate.scheme_year.product_version
    product = product_of(version)
    insured = fields.get("insured")
    section, code = product.section("free"), certificate.verification_code
    classes = {one.code: one.name for one in product.member_classes}
    return FreeCertificateFacts(
        frame=Frame.of(product, version.digest),
        certificate_number=certificate.number,
        group_policy_number=product.group_policy_number,
        made_at=now,
        insured_name=str(insured["name"]) if isinstance(insured, dict) else "",
        member_number=certificate.member.number,
        member_class_name=classes[str(fields["member_class"])],
        section_name=section.name,
        liability_limit=section.liability_limit_yen or 0,
        liability_lines=tuple(_lines(product, covered=True)),
        not_covered=_not_covered(product),
        paid_name=product.section("paid").name,
        cover_from=cover_starts_at(product.calendar, certificate.starts_on),
        cover_until=cover_starts_at(product.calendar, ends_on),
        is_cancelled=ends_on < certificate.scheme_year.expiry_on,
        verification_url=f"{settings.SONAE_SITE_ADDRESS}/verify/{code}/",
        verification_code="-".join(code[place : place + 4] for place in range(0, len(code), 4)),
    )


def _lines(product: Product, *, covered: bool) -> list[Line]:
    codes = product.section("free").cost_lines
    return [Line(line.name, line.explanation) for line in product.cost_lines if (line.code in codes) is covered]


def _not_covered(product: Product) -> tuple[Line, ...]:
    """The kinds of loss and the services that the paid plans bring and the free cover doesn't."""
    free = {service.code for service in product.services_of("free")}
    services = [Line(one.name, one.explanation) for one in product.services_of("paid") if one.code not in free]
    return (*_lines(product, covered=False), *services)
