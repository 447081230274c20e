"""Take a consent back. From that moment nothing may be passed on; whoever got something already is told at once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.models import Consent, ConsentWithdrawal, Consultation
from sonae.apps.contact.receipt_mails import write_withdrawal_mail
from sonae.apps.contact.referral_mails import write_to_delete_mail
from sonae.apps.contact.referral_models import ThirdPartyProvision
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
        # Asked only now: the withdrawal waited for a referral that was being passed, and from here on none is.
        passed = ThirdPartyProvision.objects.filter(consent=consent).exists()
        record(now=now, actor=actor, action="consent.withdrawn", object_kind="consultation",
               object_id=consultation.number, recipient=consent.recipient, passed=passed)  # fmt: skip
        write_withdrawal_mail(consultation=consultation, consent=consent, product=product, passed=passed, now=now)
        if passed:
            write_to_delete_mail(number=consultation.number, to=settings.SONAE_AGENCY.get("email", ""), now=now)
    return is_new
