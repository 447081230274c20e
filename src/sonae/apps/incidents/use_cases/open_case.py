"""Something has happened, or may have: the case is opened at once, whatever else is known, and one form opens one case."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.certificates.models import Certificate
from sonae.apps.incidents.models import Case
from sonae.apps.parties.models import Member, User
from sonae.apps.programmes.models import ProductVersion
from sonae.apps.programmes.numbering import draw
from sonae.domain.calendar import japan_date
from sonae.domain.incident.case import Channel
from sonae.domain.numbering import case_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was told, cleaned. ``reported_by`` is the member's own person, where they told us in the portal."""

    kind: str
    way_in: Channel
    told: str = ""
    contact_name: str = ""
    telephone: str = ""
    email: str = ""
    reported_by: User | None = None


def open_case(
    *, report: Report, form_key: str, member: Member, certificate: Certificate | None, version: ProductVersion,
    actor: str, language: str, now: datetime,
) -> tuple[Case, bool]:  # fmt: skip
    """The case, and whether it is new. Nothing outside the database is asked, so it works while everything else is down."""
    known = Case.objects.filter(form_key=form_key).first()
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            case = Case.objects.create(
                token=secrets.token_urlsafe(32), number=case_number(japan_date(now).year, draw("case")),
                form_key=form_key, member=member, certificate=certificate, product_version=version, kind=report.kind,
                way_in=report.way_in, reported_by=report.reported_by, contact_name=report.contact_name,
                telephone=report.telephone, email=report.email, told=report.told, language=language, received_at=now,
            )  # fmt: skip
            record(now=now, actor=actor, action="case.received", object_kind="case", object_id=case.number,
                   kind=case.kind)  # fmt: skip
    except IntegrityError:  # the same form came a second time at once, and its first copy was quicker
        return Case.objects.get(form_key=form_key), False
    return case, True
