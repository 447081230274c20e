"""Take a consent back. From that moment nothing may be passed on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.models import Consent, ConsentWithdrawal, Consultation
from sonae.apps.contact.receipt_mails import write_withdrawal_mail
from sonae.domain.product.definition import Product


class NothingToWithdraw(Exception):
    """No consent came with this consultation."""


@transaction.atomic
def withdraw_consent(*, consultation: Consultation, product: Product, actor: str, now: datetime) -> bool:
    """Whether it was withdrawn by this very act; withdrawing again changes nothing. Raises ``NothingToWithdraw``."""
    consent = Consent.objects.filter(consultation=consultation).first()
    if consent is None:
        raise NothingToWithdraw
    _, is_new = ConsentWithdrawal.objects.get_or_create(consent=consent, defaults={"withdrawn_at": now})
    if is_new:
        record(now=now, actor=actor, action="consent.withdrawn", object_kind="consultation",
               object_id=consultation.number, recipient=consent.recipient)  # fmt: skip
        write_withdrawal_mail(consultation=consultation, consent=consent, product=product, now=now)
    return is_new
