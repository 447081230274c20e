"""``{% card_brand product payment.brand %}``: the brand as the product writes its name."""

from __future__ import annotations

from django import template

from sonae.domain.product.definition import Product

register = template.Library()


@register.simple_tag
def card_brand(product: Product, code: str) -> str:
    """VISA for visa; a brand that the product doesn't list stays as the processor wrote it."""
    plain = code.replace("_", "").replace(" ", "").lower()
    names = {brand.code.replace("_", "").lower(): brand.name for brand in product.payment.brands}
    return names.get(plain, code)
