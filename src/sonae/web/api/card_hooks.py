"""The processor's webhooks: checked, written down once, settled by a job. 2xx means "stored"; everything else is refused."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sonae.apps.audit.record import record
from sonae.apps.billing.gateway import ForgedEvent, card_gateway
from sonae.apps.billing.use_cases.store_message import UnknownPayment, store_message
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
    try:
        store_message(gateway=gateway, event=event, now=now)
    except UnknownPayment:
        return JsonResponse({"error": "unknown payment"}, status=404)
    return JsonResponse({"stored": event.event_id})


def _refused(gateway: str, *, reason: str, status: int, now: datetime) -> JsonResponse:
    """One line in the audit log for each refusal; the sender learns nothing more than that."""
    record(now=now, actor=f"gateway:{gateway}"[:200], action="webhook.refused", object_kind="webhook", object_id="",
           reason=reason[:200])  # fmt: skip
    return JsonResponse({"error": "refused"}, status=status)
