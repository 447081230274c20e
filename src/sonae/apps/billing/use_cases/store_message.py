"""Take a checked message of the processor: written down once, and settled by a job of the same transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import GatewayEvent
from sonae.apps.billing.models import GatewayMessage, Payment


class UnknownPayment(Exception):
    """The message is about no payment of ours, or it has overtaken our own commit: the processor's next try finds it."""


def store_message(*, gateway: str, event: GatewayEvent, now: datetime) -> bool:
    """Whether the message is new; a repeated one changes nothing. Raises ``UnknownPayment``, with a line in the audit log."""
    with transaction.atomic():
        payment = _payment_of(event, gateway=gateway)
        if payment is not None:
            _, is_new = GatewayMessage.objects.get_or_create(
                gateway=gateway,
                event_id=event.event_id,
                defaults={"kind": event.kind, "session_id": event.session_id, "received_at": now},
            )
            if is_new:
                later("sonae.settle_payment", key=payment.key)
            return is_new
    record(now=now, actor=f"gateway:{gateway}", action="webhook.unknown_payment", object_kind="webhook",
           object_id=event.event_id[:80])  # fmt: skip
    raise UnknownPayment(event.event_id)


def _payment_of(event: GatewayEvent, *, gateway: str) -> Payment | None:
    """By the page's session, else by the processor's payment: refunds and disputes name only the latter.

    A payment that was declined, or ended with its page, has an id that we have never met: it is known by our reference. So is one
    on a kept card, whose message comes while the answer to our own call is on its way; whoever called settles it, or the rounds do.
    """
    for field, value in (("session_id", event.session_id), ("payment_id", event.payment_id)):
        if value:
            payment = Payment.objects.filter(gateway=gateway, **{field: value}).first()
            if payment is not None:
                return payment
    if event.reference:
        known = Payment.objects.filter(gateway=gateway, key=event.reference)
        return known.exclude(session_id="", saved_card=None).first()
    return None
