"""Begin an application, or find the one that is under way: one lives for each member and scheme year, however many tabs."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.certificates.models import Certificate
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.use_cases.close_application import close_locked
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import find_membership, may_act_for
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.programmes.numbering import draw
from sonae.apps.programmes.queries import scheme_year_for_application
from sonae.domain.calendar import japan_date
from sonae.domain.numbering import application_number

State = Application.State
LIVING = (State.DRAFT, State.CONFIRMED, State.PAYING)


class MayNotApply(Exception):
    """This person doesn't act for the member, or the member isn't one today."""


class HasCover(Exception):
    """The member has a paid cover in the scheme year that an application of today would be for."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(certificate.number)
        self.certificate = certificate


@transaction.atomic
def start_application(*, member: Member, user: User, language: str, now: datetime) -> Application:
    """The application to go on with. Raises ``MayNotApply``, ``HasCover`` or ``ProgrammeClosed``.

    An application that was left lying until its scheme year could no longer be had is closed, and a new one begun.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    today = japan_date(now)
    if not may_act_for(user=user, member=member, to="manage") or find_membership(member=member, on=today) is None:
        raise MayNotApply
    year, start_on = scheme_year_for_application(today=today)
    for living in Application.objects.select_for_update().filter(member=member, state__in=LIVING):
        if living.scheme_year_id == year.pk or living.state == State.PAYING:
            return living
        close_locked(application=living, reason="too_late", actor=f"user:{user.pk}", now=now)
    cover = Certificate.objects.filter(
        member=member, section=Certificate.Section.PAID, cover__overlap=(start_on, year.expiry_on)
    ).first()
    if cover is not None:
        raise HasCover(cover)
    return open_draft(member=member, user=user, year=year, start_on=start_on, language=language, now=now)


def open_draft(
    *,
    member: Member,
    user: User,
    year: SchemeYear,
    start_on: date,
    language: str,
    now: datetime,
    renewal_of: Certificate | None = None,
) -> Application:
    """A new application with nothing in it. The caller holds the member's lock and knows that none lives for this year."""
    application = Application.objects.create(
        public_id=secrets.token_urlsafe(24),
        number=application_number(japan_date(now).year, draw("application")),
        member=member,
        user=user,
        scheme_year=SchemeYear.objects.get(pk=year.pk),
        start_on=start_on,
        renewal_of=renewal_of,
        state=State.DRAFT,
        language=language,
        started_at=now,
        changed_at=now,
    )
    record(now=now, actor=f"user:{user.pk}", action="application.started", object_kind="application",
           object_id=application.number, renewal_of=renewal_of.number if renewal_of else None)  # fmt: skip
    return application
