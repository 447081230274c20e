"""To which cards a return premium would go, as ``return_premium`` will do it: the latest payment first."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.apps.billing.models import Payment
from sonae.apps.billing.refundable import refundable_of
from sonae.apps.certificates.models import Certificate


@dataclass(frozen=True, slots=True)
class ReturnCard:
    """A card, and how many yen go back to it."""

    brand: str
    last4: str
    return_yen: int


def cards_of_return(*, certificate: Certificate, return_yen: int) -> list[ReturnCard]:
    """They add up to less than the whole where no card can take the rest: a person then calls the member."""
    paid = Payment.objects.filter(allocations__charge__transaction__certificate=certificate).distinct()
    cards, left = [], return_yen
    for payment in paid.order_by("-captured_at", "-pk"):
        part = min(left, refundable_of(payment))
        if part > 0:
            cards.append(ReturnCard(payment.brand, payment.last4, part))
            left -= part
    return cards
