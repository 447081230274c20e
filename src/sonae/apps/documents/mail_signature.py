"""How our mails end: who answers questions, and when."""

from __future__ import annotations

from sonae.domain.product.definition import Product


def signature(product: Product, language: str) -> str:
    """The contact window with its telephone and hours."""
    contact, operator = product.contact, product.party("operator")
    return f"{operator.name.in_language(language)}\n{contact.phone}（{contact.hours.in_language(language)}）"
