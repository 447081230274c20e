"""The texts beside a form, word for word as they are shown and kept, and their digest."""

from __future__ import annotations

from typing import Any

from sonae.apps.enrolment.evidence import digest_of
from sonae.domain.product.definition import Product

RECIPIENT = "agency"  # handles businesses outside the programme (F02)


def purpose_text(product: Product, language: str) -> dict[str, Any]:
    """What is said where personal data is typed in."""
    return {"purpose": product.consultation.purpose.in_language(language)}


def consent_text(product: Product, language: str) -> dict[str, Any]:
    """Everything that is said before the tick under a referral: who receives what, what for, and how to take it back."""
    referral = product.consultation.referral
    return {
        "title": referral.title.in_language(language),
        "lead": referral.lead.in_language(language),
        "items": [
            {
                "item": one.item.in_language(language),
                "recipient": product.party(one.recipient).name.in_language(language),
                "purpose": one.purpose.in_language(language),
            }
            for one in referral.items
        ],
        "consent": referral.consent.in_language(language),
        "withdrawal": referral.withdrawal.in_language(language),
    }


def shown_digest(text: dict[str, Any]) -> str:
    """SHA-256 over exactly that text."""
    return digest_of(text)
