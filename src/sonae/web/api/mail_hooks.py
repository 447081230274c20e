"""POST /hooks/mail/: what a mail service tells of mails that it could not deliver, signed with a secret that it shares with us.

The header ``X-Sonae-Signature: t=<seconds>,v1=<hex>`` is HMAC-SHA256 over ``<seconds>.<body>``. A wrong one is answered like none.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sonae.apps.letters.models import Bounce
from sonae.apps.letters.use_cases.stop_addresses import AddressUnreadable, note_bounce
from sonae.web.shared.moment import now

LARGEST_BODY = 200_000
MOST_REPORTS = 500
FRESH = timedelta(minutes=5)
SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


@csrf_exempt
@require_POST
def mail_hook(request: HttpRequest) -> JsonResponse:
    """``{"reports": [{"address", "kind", "status", "message_id"}]}``; how many of them are new."""
    if not settings.SONAE_MAIL_HOOK_SECRET:
        raise Http404
    body = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        return JsonResponse({"error": "too large"}, status=413)
    if not _is_signed(request, body):
        return JsonResponse({"error": "signature"}, status=401)
    reports = _reports(body)
    if reports is None:
        return JsonResponse({"error": "unreadable"}, status=400)
    return JsonResponse({"new": sum(_note(request, one) for one in reports)})


def _is_signed(request: HttpRequest, body: bytes) -> bool:
    found = SIGNATURE.fullmatch(request.headers.get("X-Sonae-Signature", ""))
    if found is None:
        return False
    told = int(found[1])
    expected = hmac.new(settings.SONAE_MAIL_HOOK_SECRET.encode(), found[1].encode() + b"." + body, hashlib.sha256)
    return (
        hmac.compare_digest(expected.hexdigest(), found[2])
        and abs(now(request).timestamp() - told) < FRESH.total_seconds()
    )


def _reports(body: bytes) -> list[dict[str, str]] | None:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    reports = given.get("reports") if isinstance(given, dict) else None
    if not isinstance(reports, list) or len(reports) > MOST_REPORTS:
        return None
    fit = all(isinstance(one, dict) and all(isinstance(value, str) for value in one.values()) for one in reports)
    return reports if fit and all(one.get("kind") in Bounce.Kind.values for one in reports) else None


def _note(request: HttpRequest, one: dict[str, str]) -> bool:
    try:
        return note_bounce(
            address=one.get("address", ""),
            kind=one["kind"],
            status="".join(sign for sign in one.get("status", "") if sign.isprintable()),
            about=one.get("message_id", ""),
            report=json.dumps(one, sort_keys=True).encode(),
            now=now(request),
        )
    except AddressUnreadable:
        return False
