"""Who may open what: a person sees the applications and papers of the members they act for, and nothing of anybody else.

Whoever asks for anything else is told that it isn't there, whether it is or not, and leaves a line in the audit log. One of the
member's people whose role does not reach is told so: they know that it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import find_application, progress_of
from sonae.apps.enrolment.steps import Progress
from sonae.apps.parties.models import User
from sonae.apps.parties.queries import Deed, may_act_for
from sonae.web.shared.moment import now, today

View = Callable[..., HttpResponseBase]
REFUSALS_WRITTEN_AN_HOUR = 100  # for one person: who asks without end fills no log
LONGEST_NAME = 80


def signed_in(*methods: str) -> Callable[[View], View]:
    """For people who have signed in; the pages are never kept by a cache."""

    def decorate(view: View) -> View:
        allowed = require_http_methods([*methods, "HEAD"] if "GET" in methods else list(methods))
        return never_cache(allowed(login_required(view)))

    return decorate


def for_application(*methods: str, to: Deed = "manage") -> Callable[[View], View]:
    """The view gets the application. One that isn't theirs and one that isn't there answer alike: 404.

    ``to`` is what the page lets people do; whoever only looks gets as far as 403 on a page where something can be changed.
    """

    def decorate(view: View) -> View:
        @signed_in(*methods)
        @wraps(view)
        def opened(request: HttpRequest, public_id: str, **arguments: Any) -> HttpResponseBase:
            application = find_application(user=person(request), public_id=public_id)
            if application is None:
                raise not_there(request, "application", public_id)
            if to != "see" and not may_act_for(user=person(request), member=application.member, to=to):
                return only_looks(request)
            return view(request, application, **arguments)

        return opened

    return decorate


def only_looks(request: HttpRequest) -> HttpResponse:
    """The page that says whom to ask, for people whose role lets them see and nothing else."""
    return render(request, "portal/only_looks.html", status=403)


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


def progress_for(request: HttpRequest, application: Application) -> Progress:
    """The application with everything saved so far, as of now."""
    return progress_of(application, today=today(request))
