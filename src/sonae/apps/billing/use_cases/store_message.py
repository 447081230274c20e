"""Take a checked message of the processor: written down once, and where it may be news settled by a job of the same transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from sonae.apps.audit.later import later
from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import GatewayEvent
from sonae.apps.billing.models import Payment
from sonae.apps.billing.processor_news import may_be_news


class UnknownPayment(Exception):
    """The message is about no payment of ours, or it has overtaken our own commit: the processor's next try finds it."""


def store_message(*, gateway: str, event: GatewayEvent, now: datetime) -> bool:
    """Whether the message is new; a repeated one changes nothing. Raises ``UnknownPayment``, with a line in the audit log."""
    with transaction.atomic():
        payment = _payment_of(event, gateway=gateway)
        if payment is not None:
            is_new = _keep(event, gateway=gateway, now=now)
            if is_new and may_be_news(payment, kind=event.kind, now=now):
                later("sonae.settle_payment", key=payment.key, kind=event.kind)
            return is_new
    record(now=now, actor=f"gateway:{gateway}", action="webhook.unknown_payment", object_kind="webhook",
           object_id=event.event_id[:80])  # fmt: skip
    raise UnknownPayment(event.event_id)


def _keep(event: GatewayEvent, *, gateway: str, now: datetime) -> bool:
    """Whether it was not there yet; in one statement, because every payment brings two of them while its member waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO billing_gatewaymessage (gateway, event_id, kind, session_id, received_at)
               VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [gateway, event.event_id, event.kind, event.session_id, now],
        )
        return bool(cursor.rowcount == 1)


def _payment_of(event: GatewayEvent, *, gateway: str) -> Payment | None:
    """By the page's session, else by the processor's payment: refunds and disputes name only the latter.

    A payment that was declined, or ended with its page, has an id that we have never met: it is known by our reference. So is one
    on a kept card, whose message comes while the answer to our own call is on its way; whoever called settles it, or the rounds do.
    """
    session_id, payment_id, key = (value or None for value in (event.session_id, event.payment_id, event.reference))
    known = Payment.objects.filter(Q(session_id=session_id) | Q(payment_id=payment_id) | Q(key=key), gateway=gateway)
    page_known = known.exclude(session_id="", saved_card=None)
    return max(page_known, key=lambda one: (one.session_id == session_id, one.payment_id == payment_id), default=None)
