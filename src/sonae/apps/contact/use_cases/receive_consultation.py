"""Take in what somebody asks: number, page of its own, mail of receipt, and for a referral the consent that was given."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.models import Consent, Consultation
from sonae.apps.contact.receipt_mails import write_receipt_mail
from sonae.apps.contact.shown_texts import RECIPIENT, consent_text, purpose_text, shown_digest
from sonae.apps.contact.use_cases.book_callback import book_callback
from sonae.apps.programmes.models import ProductVersion
from sonae.apps.programmes.numbering import draw
from sonae.domain.calendar import japan_date
from sonae.domain.callback_slots import Slot
from sonae.domain.numbering import consultation_number
from sonae.domain.product.definition import Product


class ConsentMissing(Exception):
    """A referral without consent: nothing is taken in that could be passed on."""


class TextsChanged(Exception):
    """The person read other words than those that are in force by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed, cleaned. Empty where nothing was asked for or said."""

    kind: str
    name: str
    email: str
    message: str = ""
    kana: str = ""
    firm: str = ""
    telephone: str = ""
    preferred_time: str = ""
    member_number: str = ""
    industry: str = ""
    annual_sales: int | None = None


@transaction.atomic
def receive_consultation(
    *, asked: Asked, form_key: str, consent_digest: str, product: Product, language: str, actor: str, now: datetime,
    slot: Slot | None = None,
) -> tuple[Consultation, bool]:  # fmt: skip
    """The consultation, and whether it is new: the same form sent again gives the first one and writes nothing.

    ``consent_digest`` is of the text under which consent was given, and empty where it wasn't. Raises ``ConsentMissing`` and
    ``TextsChanged``, for referrals; and ``SlotTaken`` where a call was to be booked: then nothing is kept, so that the same form
    can be sent for another half hour.
    """
    known = Consultation.objects.filter(form_key=form_key).first()
    if known is not None:
        return known, False
    if asked.kind == Consultation.Kind.REFERRAL:
        _check_consent(consent_digest, product, language)
    try:
        with transaction.atomic():
            consultation = _keep(asked, form_key=form_key, product=product, language=language, now=now)
    except IntegrityError:  # the same form came a second time at once, and its first copy was quicker
        return Consultation.objects.get(form_key=form_key), False
    record(now=now, actor=actor, action="consultation.received", object_kind="consultation",
           object_id=consultation.number, kind=asked.kind)  # fmt: skip
    if asked.kind == Consultation.Kind.REFERRAL:
        _keep_consent(consultation, product, actor=actor, now=now)
    if slot is not None:
        places = product.desk.callbacks.places
        book_callback(consultation=consultation, slot=slot, places=places, key=form_key, actor=actor, now=now)
    write_receipt_mail(consultation=consultation, product=product, slot=slot, now=now)
    return consultation, True


def _check_consent(digest: str, product: Product, language: str) -> None:
    if not digest:
        raise ConsentMissing
    if digest != shown_digest(consent_text(product, language)):
        raise TextsChanged


def _keep(asked: Asked, *, form_key: str, product: Product, language: str, now: datetime) -> Consultation:
    shown = purpose_text(product, language)
    version = ProductVersion.objects.only("pk").get(
        programme__code=product.programme, effective_date=product.effective_date
    )
    return Consultation.objects.create(
        token=secrets.token_urlsafe(32),
        number=consultation_number(japan_date(now).year, draw("consultation")),
        form_key=form_key,
        kind=asked.kind,
        product_version=version,
        name=asked.name,
        kana=asked.kana,
        firm=asked.firm,
        email=asked.email,
        telephone=asked.telephone,
        preferred_time=asked.preferred_time,
        member_number=asked.member_number,
        industry=asked.industry,
        annual_sales=asked.annual_sales,
        message=asked.message,
        language=language,
        shown=shown,
        shown_digest=shown_digest(shown),
        received_at=now,
    )


def _keep_consent(consultation: Consultation, product: Product, *, actor: str, now: datetime) -> None:
    text = consent_text(product, consultation.language)
    Consent.objects.create(
        consultation=consultation,
        recipient=RECIPIENT,
        recipient_name=product.party(RECIPIENT).name.in_language(consultation.language),
        text=text,
        digest=shown_digest(text),
        given_at=now,
    )
    record(now=now, actor=actor, action="consent.given", object_kind="consultation", object_id=consultation.number,
           recipient=RECIPIENT, digest=shown_digest(text))  # fmt: skip
