"""The processor's webhooks: checked, written down once, settled by a job. 2xx means "stored"; everything else is refused."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.billing.gateway import ForgedEvent, card_gateway
from sonae.apps.billing.use_cases.store_message import UnknownPayment, store_message
from sonae.web.shared.client import client_of
from sonae.web.shared.moment import now as moment_of

LARGEST_BODY = 256_000
# Whoever sends one forged message after the other must not fill the log; that there were more of them is one line as well.
REFUSALS_WRITTEN_AN_HOUR = 60
HOUR = timedelta(hours=1)


@csrf_exempt  # the sender is no browser; its signature is what counts
@require_POST
def card_hook(request: HttpRequest, gateway: str) -> HttpResponse:
    """Take one event of the processor named in the address."""
    current = card_gateway()
    now = moment_of(request)
    if gateway != current.name:
        return _refused(request, gateway, reason="unknown gateway", status=404, now=now)
    body = request.body
    if len(body) > LARGEST_BODY:
        return _refused(request, gateway, reason="too large", status=413, now=now)
    try:
        event = current.read_event(body=body, headers=dict(request.headers), now=now)
    except ForgedEvent as refusal:
        return _refused(request, gateway, reason=str(refusal), status=400, now=now)
    try:
        store_message(gateway=gateway, event=event, now=now)
    except UnknownPayment:
        return JsonResponse({"error": "unknown payment"}, status=404)
    return JsonResponse({"stored": event.event_id})


def _refused(request: HttpRequest, gateway: str, *, reason: str, status: int, now: datetime) -> JsonResponse:
    """One line in the audit log for each refusal, so many an hour for one sender; the sender learns nothing more than that."""
    sender, actor = client_of(request), f"gateway:{gateway}"[:200]
    if allow(key=f"hook:{sender}", most=REFUSALS_WRITTEN_AN_HOUR, within=HOUR, now=now):
        record(now=now, actor=actor, action="webhook.refused", object_kind="webhook", object_id="",
               reason=reason[:200])  # fmt: skip
    elif allow(key=f"hook:more:{sender}", most=1, within=HOUR, now=now):
        record(now=now, actor=actor, action="webhook.more_refused", object_kind="webhook", object_id="")
    return JsonResponse({"error": "refused"}, status=status)
