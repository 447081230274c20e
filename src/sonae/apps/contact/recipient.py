"""Whom a referral is passed to, whole as the record of a provision names it; the name is the product's, the rest is set here."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from sonae.apps.contact.shown_texts import RECIPIENT
from sonae.domain.product.definition import Product


class RecipientUnknown(Exception):
    """Address or representative of the agency isn't set, so that no record of the provision could be kept."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The agency. ``email`` is where it is told that something waits; empty where it looks by itself."""

    name: str
    address: str
    representative: str
    email: str


def recipient(product: Product) -> Recipient:
    """Raises RecipientUnknown."""
    kept: dict[str, str] = settings.SONAE_AGENCY
    address, representative = kept.get("address", ""), kept.get("representative", "")
    if not address or not representative:
        raise RecipientUnknown
    return Recipient(product.party(RECIPIENT).name.ja, address, representative, kept.get("email", ""))
