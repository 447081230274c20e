"""The member presses "pay": check, write the payment down, and lead to the card page."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.billing.card_consent import GivenConsent
from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.queries import find_saved_card
from sonae.apps.billing.use_cases.continue_payment import continue_payment
from sonae.apps.billing.use_cases.open_payment import write_down_payment
from sonae.apps.enrolment.acceptance import Obstacle, find_obstacle
from sonae.apps.enrolment.locks import lock_member_and_application
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.payment_purpose import purpose_of

State = Application.State


class NotPayable(Exception):
    """The application can't be paid now; ``obstacle`` says why, or is None when steps are missing."""

    def __init__(self, obstacle: Obstacle | None) -> None:
        super().__init__(obstacle or "incomplete")
        self.obstacle = obstacle


def begin_payment(
    *,
    application_id: int,
    gateway: CardGateway,
    now: datetime,
    consent: GivenConsent | None = None,
    on_saved_card: bool = False,
) -> Payment:
    """The payment whose ``checkout_url`` leads on, or which is done already. However often it is called, one payment lives.

    ``consent``: the card that is typed is kept for later; it counts for a payment that is begun now, not for one that lives.
    ``on_saved_card``: the kept card is charged without a page, where the member has one that is good; where the issuer wants to see
    its holder or says no the payment ends CLOSED, and the next call without it leads to the page.
    Raises ``NotPayable`` and the gateway's errors; after the latter nothing is charged and the same call may be repeated. After
    ``GatewayRefused`` the payment is closed, and the next call begins a new one with a key of its own.
    """
    return continue_payment(
        write_down=lambda: _write_down(
            application_id=application_id, gateway=gateway, consent=consent, on_saved_card=on_saved_card, now=now
        ),
        gateway=gateway,
        now=now,
    )


@transaction.atomic
def _write_down(
    *, application_id: int, gateway: CardGateway, consent: GivenConsent | None, on_saved_card: bool, now: datetime
) -> Payment:
    application = lock_member_and_application(pk=application_id)
    if application.state in {State.PAYING, State.ISSUED}:
        return Payment.objects.filter(purpose=purpose_of(application)).latest("created_at", "id")
    if application.state != State.CONFIRMED:
        raise NotPayable(None)
    obstacle = find_obstacle(application=application, now=now)
    if obstacle is not None:
        raise NotPayable(obstacle)
    saved = find_saved_card(member=application.member, gateway=gateway.name, now=now) if on_saved_card else None
    payment = write_down_payment(
        purpose=purpose_of(application),
        member=application.member,
        charge_yen=application.term_premium or 0,
        gateway=gateway,
        consent=None if saved else consent,
        saved_card=saved,
        now=now,
    )
    application.state = State.PAYING
    application.changed_at = now
    application.save(update_fields=["state", "changed_at"])
    record(now=now, actor=f"user:{application.user_id}", action="payment.begun", object_kind="application",
           object_id=application.number, charge_yen=payment.charge_yen)  # fmt: skip
    return payment
