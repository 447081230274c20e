"""Somebody withdraws a consent on the telephone: it counts like a withdrawal on the page, and who noted it is kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.contact.models import ConsentWithdrawal, Consultation
from sonae.apps.contact.referral_models import SpokenWithdrawal
from sonae.apps.contact.use_cases.withdraw_consent import withdraw_consent
from sonae.domain.product.definition import Product


@transaction.atomic
def note_spoken_withdrawal(*, consultation: Consultation, product: Product, actor: str, now: datetime) -> bool:
    """Whether it was withdrawn by this very act. Raises NothingToWithdraw."""
    is_new = withdraw_consent(consultation=consultation, product=product, actor=actor, now=now)
    if is_new:
        withdrawal = ConsentWithdrawal.objects.get(consent__consultation=consultation)
        SpokenWithdrawal.objects.create(withdrawal=withdrawal, noted_by=actor)
    return is_new
