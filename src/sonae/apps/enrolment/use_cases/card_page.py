"""The card page of an application: what the card holder reads there, and where they come back to."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases.open_payment import open_card_page
from sonae.apps.enrolment.models import Application


def open_page_for(*, application: Application, payment: Payment, gateway: CardGateway, now: datetime) -> Payment:
    """Open the page, or get the one that is open already. Raises the gateway's errors."""
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
