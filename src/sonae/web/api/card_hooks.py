"""The processor's webhooks: checked, written down once, settled by a job. 2xx means "stored"; everything else is refused."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sonae.apps.audit.later import later
from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import ForgedEvent, GatewayEvent, card_gateway
from sonae.apps.billing.models import GatewayMessage, Payment
from sonae.web.shared.moment import now as moment_of

LARGEST_BODY = 256_000


@csrf_exempt  # the sender is no browser; its signature is what counts
@require_POST
def card_hook(request: HttpRequest, gateway: str) -> HttpResponse:
    """Take one event of the processor named in the address."""
    current = card_gateway()
    now = moment_of(request)
    if gateway != current.name:
        return _refused(gateway, reason="unknown gateway", status=404, now=now)
    body = request.body
    if len(body) > LARGEST_BODY:
        return _refused(gateway, reason="too large", status=413, now=now)
    try:
        event = current.read_event(body=body, headers=dict(request.headers), now=now)
    except ForgedEvent as refusal:
        return _refused(gateway, reason=str(refusal), status=400, now=now)
    with transaction.atomic():
        payment = _payment_of(event)
        if payment is None:
            # Not stored: should the event have overtaken our own commit, the processor's next try finds the payment.
            record(now=now, actor=f"gateway:{gateway}", action="webhook.unknown_payment", object_kind="webhook",
                   object_id=event.event_id[:80])  # fmt: skip
            return JsonResponse({"error": "unknown payment"}, status=404)
        _, is_new = GatewayMessage.objects.get_or_create(
            gateway=gateway,
            event_id=event.event_id,
            defaults={"kind": event.kind, "session_id": event.session_id, "received_at": now},
        )
        if is_new:
            later("sonae.settle_payment", key=payment.key)
    return JsonResponse({"stored": event.event_id})


def _refused(gateway: str, *, reason: str, status: int, now: datetime) -> JsonResponse:
    """One line in the audit log for each refusal; the sender learns nothing more than that."""
    record(now=now, actor=f"gateway:{gateway}"[:200], action="webhook.refused", object_kind="webhook", object_id="",
           reason=reason[:200])  # fmt: skip
    return JsonResponse({"error": "refused"}, status=status)


def _payment_of(event: GatewayEvent) -> Payment | None:
    """By the page's session, else by the processor's payment: refunds and disputes name only the latter."""
    for field, value in (("session_id", event.session_id), ("payment_id", event.payment_id)):
        if value:
            payment = Payment.objects.filter(gateway=card_gateway().name, **{field: value}).first()
            if payment is not None:
                return payment
    return None
