"""The demo's outbox: every mail that Sonae wrote, and what the apps of the demo's staff show, to be read in the browser. Outside
the demo there is no such page."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sonae.apps.documents.models import OutboxMessage
from sonae.apps.people.second_factors import list_demo_codes
from sonae.web.shared.moment import now

SHOWN = 50


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Newest first, in full."""
    if not settings.SONAE_DEMO:
        raise Http404
    mails = OutboxMessage.objects.order_by("-created_at", "-id")[:SHOWN]
    return render(request, "portal/outbox.html", {"mails": mails, "codes": list_demo_codes(now=now(request))})
