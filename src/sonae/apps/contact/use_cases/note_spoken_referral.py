"""A referral by telephone: the text of the consent is read to the caller, and the yes is noted with its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sonae.apps.contact.models import Consultation
from sonae.apps.contact.referral_models import SpokenConsent
from sonae.apps.contact.use_cases.receive_consultation import Asked, receive_consultation
from sonae.domain.product.definition import Product

NOTED_WITHIN = timedelta(hours=24)


class TimeOutOfReach(Exception):
    """The yes was said later than now, or longer ago than it may be noted."""


@transaction.atomic
def note_spoken_referral(
    *, asked: Asked, consent_digest: str, spoken_at: datetime, form_key: str, product: Product, language: str, actor: str,
    now: datetime,
) -> tuple[Consultation, bool]:  # fmt: skip
    """As ``receive_consultation``, with its errors, and how the consent was given. Raises TimeOutOfReach.

    The consent counts from the moment at which it is noted, with the version of the text that was read.
    """
    if not now - NOTED_WITHIN <= spoken_at <= now:
        raise TimeOutOfReach
    consultation, is_new = receive_consultation(
        asked=asked, form_key=form_key, consent_digest=consent_digest, product=product, language=language, actor=actor,
        now=now,
    )  # fmt: skip
    if is_new:
        SpokenConsent.objects.create(consent=consultation.consent, spoken_at=spoken_at, noted_by=actor)
    return consultation, is_new
