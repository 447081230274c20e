"""Sessions of the staff end when nobody has used them for a while; those of members' people live their twelve hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from sonae.apps.audit.record import record
from sonae.apps.parties.models import User
from sonae.web.shared.language import say
from sonae.web.shared.moment import now

USED = "used_at"
TO_THE_MINUTE = timedelta(minutes=1)  # how exactly it is written down, so that not every request writes
# A page that asks by itself how things stand says so with this header, and keeps nobody signed in by it.
BY_ITSELF = "Sonae-By-Itself"
WAS_IDLE = say(
    "しばらく操作がなかったため、ログアウトしました。もう一度ログインしてください。",
    "You have been signed out, because nothing was done for a while. Please sign in again.",
)


def used_from(request: HttpRequest) -> None:
    """The session has just begun."""
    request.session[USED] = now(request).isoformat()


def unless_idle(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For somebody who has signed in: staff whose session nobody has used for too long sign in again."""

    @wraps(view)
    def opened(request: HttpRequest, *positional: Any, **arguments: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and request.user.is_staff:
            if _unused_for(request) >= timedelta(minutes=settings.SONAE_STAFF_IDLE_MINUTES):
                return _end(request, request.user)
            if BY_ITSELF not in request.headers and _unused_for(request) >= TO_THE_MINUTE:
                used_from(request)
        return view(request, *positional, **arguments)

    return opened


def _unused_for(request: HttpRequest) -> timedelta:
    """A session of which nothing is written down counts as one that nobody has used for ever."""
    since = request.session.get(USED, "")
    return now(request) - datetime.fromisoformat(since) if since else timedelta.max


def _end(request: HttpRequest, user: User) -> HttpResponseBase:
    record(now=now(request), actor=f"user:{user.pk}", action="session.idle", object_kind="user", object_id=user.pk)
    logout(request)
    messages.info(request, WAS_IDLE)
    return redirect(f"{reverse('portal:sign_in')}?{urlencode({'next': request.path})}")
