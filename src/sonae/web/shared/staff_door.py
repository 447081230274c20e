"""What stands between a signed-in person of the staff and the desk: the networks of their organisation, and their second factor.

The session remembers when and how the second factor was given. It is bound to the person, so that it opens nothing for the next
one at the same browser.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.people.queries import find_reach
from sonae.domain.networks import is_within
from sonae.web.shared.access import REFUSALS_WRITTEN_AN_HOUR, person
from sonae.web.shared.client import client_of
from sonae.web.shared.moment import now

SECOND_FACTOR = "second_factor"


def remember_second_factor(request: HttpRequest, *, user_id: int, by: str) -> None:
    """It was given in this session just now."""
    request.session[SECOND_FACTOR] = {"user": user_id, "by": by, "at": now(request).isoformat()}


def second_factor_given(request: HttpRequest) -> bool:
    """Whether the person has given it in this session."""
    kept: dict[str, Any] = request.session.get(SECOND_FACTOR) or {}
    return kept.get("user") == person(request).pk


def stop_before_desk(request: HttpRequest) -> HttpResponse | None:
    """Whatever somebody with an open desk is sent to instead: the page about networks, or the second factor."""
    outside = stop_outside(request)
    if outside is not None:
        return outside
    if not second_factor_given(request):
        return redirect(f"{reverse('portal:second_factor')}?{urlencode({'next': request.get_full_path()})}")
    return None


def stop_outside(request: HttpRequest) -> HttpResponse | None:
    """The page that says so, where the organisation limits its desk to networks and this is none of them."""
    reach = find_reach(organisation_id=person(request).organisation_id or 0)
    if reach is None:
        return None
    person(request).organisation, networks = reach
    address = client_of(request)
    if not networks or is_within(address, networks):
        return None
    actor = f"user:{person(request).pk}"
    if allow(key=f"outside:{actor}", most=REFUSALS_WRITTEN_AN_HOUR, within=timedelta(hours=1), now=now(request)):
        record(
            now=now(request), actor=actor, action="desk.outside_networks", object_kind="network", object_id=address[:64]
        )
    return render(request, "shared/outside_networks.html", {"address": address}, status=403)
