"""Who may open what: a person sees the applications and papers of the members they act for, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import find_application, progress_of
from sonae.apps.enrolment.steps import Progress
from sonae.apps.parties.models import User
from sonae.web.shared.moment import today

View = Callable[..., HttpResponse]


def signed_in(*methods: str) -> Callable[[View], View]:
    """For people who have signed in; the pages are never kept by a cache."""

    def decorate(view: View) -> View:
        allowed = require_http_methods([*methods, "HEAD"] if "GET" in methods else list(methods))
        return never_cache(allowed(login_required(view)))

    return decorate


def for_application(*methods: str) -> Callable[[View], View]:
    """The view gets the application. One that isn't theirs and one that isn't there answer alike: 404."""

    def decorate(view: View) -> View:
        @signed_in(*methods)
        @wraps(view)
        def opened(request: HttpRequest, public_id: str, **arguments: Any) -> HttpResponse:
            application = find_application(user=person(request), public_id=public_id)
            if application is None:
                raise Http404
            return view(request, application, **arguments)

        return opened

    return decorate


def person(request: HttpRequest) -> User:
    """The person who has signed in."""
    return cast(User, request.user)


def progress_for(request: HttpRequest, application: Application) -> Progress:
    """The application with everything saved so far, as of now."""
    return progress_of(application, today=today(request))
