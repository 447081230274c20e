"""Pay the additional premium of a change that waits for it: write the payment down, and lead to the card page."""

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
from sonae.apps.certificates.locks import lock_change_request
from sonae.apps.certificates.models import ChangeRequest
from sonae.apps.certificates.queries import find_latest_change_payment
from sonae.apps.certificates.use_cases.change_cover import find_obstacle


class ChangeNotPayable(Exception):
    """The change can't be paid: ``obstacle`` is not_waiting, changed_meanwhile, premium_differs, or a code of NotPossible."""

    def __init__(self, obstacle: str) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


def begin_change_payment(
    *,
    public_id: str,
    actor: str,
    gateway: CardGateway,
    now: datetime,
    consent: GivenConsent | None = None,
    on_saved_card: bool = False,
) -> Payment:
    """The payment whose ``checkout_url`` leads on, or which is done already. However often it is called, one payment lives.

    ``consent``: the card that is typed is kept for later. ``on_saved_card``: the kept card is charged without a page, where the
    member has one that is good; the payment ends CLOSED (``charge_saved_card.py`` has the reasons) where the issuer wants to see
    its holder or says no, and the next call without it leads to the page.
    Raises ``ChangeNotPayable`` and the gateway's errors; after the latter nothing is charged and the same call may be repeated.
    After ``GatewayRefused`` the payment is closed, and the next call begins a new one with a key of its own.
    """
    return continue_payment(
        write_down=lambda: _write_down(
            public_id=public_id, actor=actor, gateway=gateway, consent=consent, on_saved_card=on_saved_card, now=now
        ),
        gateway=gateway,
        now=now,
    )


@transaction.atomic
def _write_down(
    *,
    public_id: str,
    actor: str,
    gateway: CardGateway,
    consent: GivenConsent | None,
    on_saved_card: bool,
    now: datetime,
) -> Payment:
    request = lock_change_request(public_id)
    latest = find_latest_change_payment(request)
    if latest is not None and latest.state != Payment.State.CLOSED:
        return latest
    obstacle = find_obstacle(request=request, now=now)
    if obstacle is not None:
        raise ChangeNotPayable(obstacle)
    member = request.certificate.member
    saved = find_saved_card(member=member, gateway=gateway.name, now=now) if on_saved_card else None
    payment = write_down_payment(
        purpose=request.purpose,
        member=member,
        charge_yen=request.difference_yen,
        gateway=gateway,
        consent=None if saved else consent,
        saved_card=saved,
        now=now,
    )
    ChangeRequest.objects.filter(pk=request.pk).update(changed_at=now)
    record(now=now, actor=actor, action="payment.begun", object_kind="certificate", object_id=request.certificate.number,
           charge_yen=payment.charge_yen)  # fmt: skip
    return payment
