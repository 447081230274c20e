"""The organiser's list is wrong about a member, says its person: what it says and what should stand are kept, and confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.data_mails import write_correction_mail
from sonae.apps.contact.models import DataRequest
from sonae.apps.contact.use_cases.register_request import register_asked
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.apps.programmes.numbering import draw
from sonae.domain.calendar import japan_date
from sonae.domain.numbering import consultation_number
from sonae.domain.product.definition import Product

FIELDS = ("name", "name_kana", "member_class", "email", "telephone")


class NothingToCorrect(Exception):
    """What should stand is what stands, and nothing else was said."""


@transaction.atomic
def ask_for_correction(
    *, member: Member, user: User, held: Mapping[str, str], wanted: Mapping[str, str], message: str, form_key: str,
    product: Product, language: str, now: datetime,
) -> tuple[DataRequest, bool]:  # fmt: skip
    """The request, and whether it is new: the same form sent again gives the first one.

    Raises ``MayNotAct`` or ``NothingToCorrect``.

    The list itself isn't touched: it is the organiser's, and only the organiser can correct it.
    """
    if not may_act_for(user=user, member=member, to="manage"):
        raise MayNotAct
    known = DataRequest.objects.filter(form_key=form_key, member=member).first()
    if known is not None:
        return known, False
    differing = {field: wanted[field] for field in FIELDS if wanted.get(field) and wanted[field] != held.get(field, "")}
    if not differing and not message:
        raise NothingToCorrect
    try:
        with transaction.atomic():
            asked = DataRequest.objects.create(
                number=consultation_number(japan_date(now).year, draw("consultation")), form_key=form_key,
                kind=DataRequest.Kind.CORRECTION, member=member, user=user,
                held={field: held.get(field, "") for field in differing}, wanted=differing, message=message,
                language=language, received_at=now,
            )  # fmt: skip
    except IntegrityError:  # the same form came a second time at once, and its first copy was quicker
        return DataRequest.objects.get(form_key=form_key, member=member), False
    register_asked(asked=asked, now=now)
    record(now=now, actor=f"user:{user.pk}", action="correction.asked", object_kind="member", object_id=member.number,
           request=asked.number)  # fmt: skip
    write_correction_mail(asked=asked, product=product, now=now)
    return asked, True
