"""A payment was written down, but whether its card page was opened is not known: ask again with the same key, then settle.

The processor gives the same page back for the same key, so nobody can be left with a page that we don't know of.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.billing.gateway import CardGateway, GatewayError, GatewayRefused
from sonae.apps.billing.models import Payment
from sonae.apps.billing.payment_log import look_again_later
from sonae.apps.billing.use_cases.card_page import open_page_for
from sonae.apps.billing.use_cases.settle_payment import settle_payment


def reopen_page(*, payment: Payment, gateway: CardGateway, now: datetime) -> None:
    """Find the page of a payment that stands at "created", and settle the payment from there."""
    try:
        payment = open_page_for(payment=payment, gateway=gateway, now=now)
    except GatewayRefused:
        return  # the payment is closed
    except GatewayError:
        with transaction.atomic():
            look_again_later(Payment.objects.select_for_update().get(pk=payment.pk), now=now)
        return
    settle_payment(key=payment.key, gateway=gateway, cause="sweeper", now=now)
