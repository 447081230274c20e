"""A member's person asks for deletion: what may be deleted is deleted at once, what must be kept is named.

The kept card ends with it, and the round asks the processor to let go of it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.billing.use_cases.keep_card import end_kept_cards
from sonae.apps.contact.data_mails import write_erasure_mail
from sonae.apps.contact.models import DataRequest
from sonae.apps.contact.use_cases.register_request import register_asked
from sonae.apps.documents.models import NoticeRead
from sonae.apps.enrolment.use_cases.erase_drafts import erase_drafts
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.apps.programmes.numbering import draw
from sonae.domain.calendar import japan_date
from sonae.domain.numbering import consultation_number
from sonae.domain.product.definition import Product


@transaction.atomic
def erase_data(
    *, member: Member, user: User, message: str, form_key: str, product: Product, language: str, now: datetime,
    actor: str = "", registered: bool = False,
) -> tuple[DataRequest, bool]:  # fmt: skip
    """The request with what was deleted, by count, and whether it is new. The same form sent again deletes nothing more.

    ``user`` asks; ``actor`` carries it out at the desk, for a request that is ``registered`` there already, and otherwise the
    person does it alone and it is entered here. Raises ``MayNotAct``.
    """
    if not may_act_for(user=user, member=member, to="manage"):
        raise MayNotAct
    known = DataRequest.objects.filter(form_key=form_key, member=member).first()
    if known is not None:
        return known, False
    by = actor or f"user:{user.pk}"
    drafts = erase_drafts(member=member, actor=by, now=now)
    cards = end_kept_cards(member=member, actor=by, now=now)
    marks, _ = NoticeRead.objects.filter(member=member, user=user).delete()
    held = {"applications": drafts.applications, "answers": drafts.answers, "read_marks": marks, "saved_cards": cards}
    try:
        with transaction.atomic():
            asked = DataRequest.objects.create(
                number=consultation_number(japan_date(now).year, draw("consultation")), form_key=form_key,
                kind=DataRequest.Kind.ERASURE, member=member, user=user, held=held, wanted={}, message=message,
                language=language, received_at=now,
            )  # fmt: skip
    except IntegrityError:  # the same form came a second time at once, and its first copy was quicker
        return DataRequest.objects.get(form_key=form_key, member=member), False
    if not registered:
        register_asked(asked=asked, now=now)
    record(now=now, actor=by, action="data.erased", object_kind="member", object_id=member.number,
           request=asked.number, **held)  # fmt: skip
    write_erasure_mail(asked=asked, product=product, now=now)
    return asked, True
