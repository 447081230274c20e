"""A payment was written down, but whether its card page was opened, or its kept card charged, is not known: ask again with the
same key, then settle.

The processor gives the same answer for the same key, so nobody can be left with a page or a charge that we don't know of.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.billing.gateway import CardGateway, GatewayError, GatewayRefused
from sonae.apps.billing.models import Payment
from sonae.apps.billing.payment_log import look_again_later
from sonae.apps.billing.use_cases.continue_payment import begin
from sonae.apps.billing.use_cases.settle_payment import settle_payment


def reopen_page(*, payment: Payment, gateway: CardGateway, now: datetime) -> None:
    """Go on with a payment that stands at "created", and settle it from there."""
    try:
        payment = begin(payment=payment, gateway=gateway, cause="sweeper", now=now)
    except GatewayRefused:
        return  # the payment is closed
    except GatewayError:
        with transaction.atomic():
            look_again_later(Payment.objects.select_for_update().get(pk=payment.pk), now=now)
        return
    settle_payment(key=payment.key, gateway=gateway, cause="sweeper", now=now)
