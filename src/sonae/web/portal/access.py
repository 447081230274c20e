"""Who may open what: a person sees the applications and papers of the members they act for, and nothing of anybody else.

One of the member's people whose role does not reach is told so: they know that it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import find_application, progress_of
from sonae.apps.enrolment.steps import Progress
from sonae.apps.parties.queries import Deed, may_act_for
from sonae.web.shared.access import View, not_there, person, signed_in
from sonae.web.shared.moment import today


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


def progress_for(request: HttpRequest, application: Application) -> Progress:
    """The application with everything saved so far, as of now."""
    return progress_of(application, today=today(request))
