"""Who has signed in, and what people are told who ask for what isn't theirs: the same on every page of members and staff.

Whoever asks for anything else is told that it isn't there, whether it is or not, and leaves a line in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.parties.models import User
from sonae.web.shared.idle import unless_idle
from sonae.web.shared.moment import now

View = Callable[..., HttpResponseBase]
REFUSALS_WRITTEN_AN_HOUR = 100  # for one person: who asks without end fills no log
LONGEST_NAME = 80


def signed_in(*methods: str) -> Callable[[View], View]:
    """For people who have signed in, the staff not too long ago; the pages are never kept by a cache."""

    def decorate(view: View) -> View:
        allowed = require_http_methods([*methods, "HEAD"] if "GET" in methods else list(methods))
        return never_cache(allowed(login_required(unless_idle(view))))

    return decorate


def not_there(request: HttpRequest, kind: str, name: str) -> Http404:
    """To be raised for what isn't this person's and for what isn't there: the same work is done for both."""
    actor = f"user:{person(request).pk}"
    hour = timedelta(hours=1)
    if allow(key=f"refused:{actor}", most=REFUSALS_WRITTEN_AN_HOUR, within=hour, now=now(request)):
        asked = "".join(sign for sign in name[:LONGEST_NAME] if sign.isprintable())
        record(now=now(request), actor=actor, action="access.refused", object_kind=kind, object_id=asked)
    return Http404()


def person(request: HttpRequest) -> User:
    """The person who has signed in."""
    return cast(User, request.user)
