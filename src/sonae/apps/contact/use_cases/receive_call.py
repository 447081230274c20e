"""Somebody rang and was answered: what it was about, what was said, what comes next."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.consultation_log import HappenedLater, Step, check_may_record, follow_up_step, write_steps
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.shown_texts import shown_digest
from sonae.apps.parties.models import User
from sonae.apps.programmes.models import ProductVersion
from sonae.apps.programmes.numbering import draw
from sonae.domain.calendar import japan_date
from sonae.domain.consultation import Channel, EventKind, Outcome
from sonae.domain.numbering import consultation_number
from sonae.domain.product.definition import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenCall:
    """What was typed, cleaned. ``rang_at`` where the call is recorded afterwards."""

    message: str  # what was asked
    said: str  # what was answered
    name: str = ""
    kana: str = ""
    firm: str = ""
    telephone: str = ""
    email: str = ""
    member_number: str = ""
    rang_at: datetime | None = None
    follow_up_on: date | None = None
    outcome: Outcome | None = None


def receive_call(
    *, call: TakenCall, form_key: str, product: Product, user: User, language: str, now: datetime
) -> tuple[Consultation, bool]:
    """The consultation, and whether it is new. The call itself was the first answer, so its clock has run no time.

    Raises ``MayNotRecord``, and ``HappenedLater`` for a call that lies ahead.
    """
    check_may_record(user, [EventKind.CALLED], consultation="", now=now)
    rang_at = call.rang_at or now
    if rang_at > now:
        raise HappenedLater
    known = Consultation.objects.filter(form_key=form_key).first()
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            consultation = _keep(call, form_key=form_key, product=product, language=language, rang_at=rang_at)
            _tell(consultation, call, form_key=form_key, user=user, now=now)
    except IntegrityError:  # the same form came a second time at once, and its first copy was quicker
        return Consultation.objects.get(form_key=form_key), False
    return consultation, True


def _tell(consultation: Consultation, call: TakenCall, *, form_key: str, user: User, now: datetime) -> None:
    actor = f"user:{user.pk}"
    record(now=now, actor=actor, action="consultation.received", object_kind="consultation",
           object_id=consultation.number, kind=consultation.kind)  # fmt: skip
    at = consultation.received_at
    steps = [
        Step(kind=EventKind.CALLED, channel=Channel.TELEPHONE, text=call.said, occurred_at=at),
        Step(kind=EventKind.TAKEN, occurred_at=at),
        *follow_up_step(call.follow_up_on, promised_on=None, answers=True),
    ]
    if call.outcome is not None:
        steps.append(Step(kind=EventKind.CLOSED, outcome=call.outcome))
    write_steps(consultation=consultation, steps=steps, key=form_key, actor=actor, now=now)


def _keep(call: TakenCall, *, form_key: str, product: Product, language: str, rang_at: datetime) -> Consultation:
    version = ProductVersion.objects.only("pk").get(
        programme__code=product.programme, effective_date=product.effective_date
    )
    return Consultation.objects.create(
        token=secrets.token_urlsafe(32),
        number=consultation_number(japan_date(rang_at).year, draw("consultation")),
        form_key=form_key,
        kind=Consultation.Kind.CALL,
        product_version=version,
        name=call.name,
        kana=call.kana,
        firm=call.firm,
        email=call.email,
        telephone=call.telephone,
        preferred_time="",
        member_number=call.member_number,
        industry="",
        annual_sales=None,
        message=call.message,
        language=language,
        shown={},
        shown_digest=shown_digest({}),
        received_at=rang_at,
    )
