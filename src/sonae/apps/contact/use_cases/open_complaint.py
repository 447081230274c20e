"""Somebody is not content: it goes into the register, with the day by which it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.complaint_models import Complaint
from sonae.apps.contact.complaint_rules import complaint_rules
from sonae.apps.programmes.numbering import draw
from sonae.domain.calendar import japan_date
from sonae.domain.numbering import consultation_number


class DayToCome(Exception):
    """It is said to have come in on a day that is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A complaint as somebody took it down."""

    received_on: date
    channel: str
    category: str
    against: str
    gravity: str
    summary: str
    complainant: str = ""
    reach: str = ""
    consultation_number: str = ""
    member_number: str = ""


@transaction.atomic
def open_complaint(*, told: Told, form_key: str, actor: str, now: datetime) -> tuple[Complaint, bool]:
    """The complaint, and whether it is new: the same form sent again gives the first one. Raises DayToCome; KeyError for a
    gravity or category that the file doesn't have."""
    rules = complaint_rules()
    known = Complaint.objects.filter(form_key=form_key).first()
    if known is not None:
        return known, False
    if told.received_on > japan_date(now):
        raise DayToCome
    days = rules.days
    facts = {name: getattr(told, name) for name in Told.__dataclass_fields__}
    try:
        with transaction.atomic():
            complaint = Complaint.objects.create(
                number=consultation_number(japan_date(now).year, draw("consultation")), form_key=form_key, days=days,
                due_on=told.received_on + timedelta(days=days[told.gravity]), recorded_at=now, recorded_by=actor, **facts,
            )  # fmt: skip
    except IntegrityError:  # the same form came a second time at once, and its first copy was quicker
        return Complaint.objects.get(form_key=form_key), False
    record(now=now, actor=actor, action="complaint.opened", object_kind="complaint", object_id=complaint.number,
           category=told.category, gravity=told.gravity, against=told.against)  # fmt: skip
    return complaint, True
