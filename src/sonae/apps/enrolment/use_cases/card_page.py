"""The card page of an application: what the card holder reads there, and where they come back to."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from sonae.apps.billing.gateway import CardGateway, GatewayRefused
from sonae.apps.billing.models import Payment
from sonae.apps.billing.payment_log import move
from sonae.apps.billing.use_cases.open_payment import open_card_page
from sonae.apps.enrolment.locks import lock_payment
from sonae.apps.enrolment.models import Application


def open_page_for(*, application: Application, payment: Payment, gateway: CardGateway, now: datetime) -> Payment:
    """Open the page, or get the one that is open already. Raises the gateway's errors.

    A refusal is kept under its key for good, so it closes the payment: nobody was given a page, and a new try may begin.
    """
    try:
        return _open(application=application, payment=payment, gateway=gateway, now=now)
    except GatewayRefused as refusal:
        _close_refused(payment, reason=f"open_{refusal.code}"[:80], now=now)
        raise


def _open(*, application: Application, payment: Payment, gateway: CardGateway, now: datetime) -> Payment:
    prefix = "/en" if application.language == "en" else ""
    way_back = f"{settings.SONAE_SITE_ADDRESS}{prefix}/apply/{application.public_id}"
    return open_card_page(
        payment=payment,
        gateway=gateway,
        description=f"Sonae {application.number}",
        email=application.user.email,
        return_url=f"{way_back}/paid/",
        cancel_url=f"{way_back}/payment-left/",
        language=application.language,
        now=now,
    )


@transaction.atomic
def _close_refused(payment: Payment, *, reason: str, now: datetime) -> None:
    application, payment = lock_payment(payment)
    if payment.state != Payment.State.CREATED:
        return
    payment.closed_reason = reason
    move(payment, Payment.State.CLOSED, cause="processor", now=now, detail=reason)
    set_free(application, now=now)


def set_free(application: Application, *, now: datetime) -> None:
    """Nothing is held and nothing was charged for it: it may be paid again, or changed. The caller holds its lock."""
    if application.state == Application.State.PAYING:
        application.state = Application.State.CONFIRMED
        application.changed_at = now
        application.save(update_fields=["state", "changed_at"])
