"""A member says in which month it closes its books, so that its premium can be shown by its own accounting periods."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.billing.models import BooksClosing
from sonae.apps.billing.queries import closing_month_of
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.domain.prepaid_split import MONTHS_OF_A_YEAR


class NoSuchMonth(Exception):
    """A year is closed in one of the months 1 to 12."""


@transaction.atomic
def choose_closing_month(*, member: Member, closing_month: int, user: User, now: datetime) -> None:
    """Remember the month for this member. Nothing that is booked changes by it. The same month again writes nothing.

    Raises ``MayNotAct`` or ``NoSuchMonth``.
    """
    if not may_act_for(user=user, member=member, to="manage"):
        raise MayNotAct
    if not 1 <= closing_month <= MONTHS_OF_A_YEAR:
        raise NoSuchMonth
    Member.objects.select_for_update().get(pk=member.pk)
    if closing_month_of(member=member) == closing_month:
        return
    BooksClosing.objects.create(member=member, closing_month=closing_month, chosen_by=user, chosen_at=now)
    record(now=now, actor=f"user:{user.pk}", action="closing_month.chosen", object_kind="member",
           object_id=member.number, closing_month=closing_month)  # fmt: skip
