"""Who may open what at the desk: staff alone, and of them those whose organisation does that work.

Everybody else is told that it isn't there, whether it is or not, and leaves a line in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from sonae.apps.certificates.queries import find_paid_certificate
from sonae.apps.membership.queries import find_feed
from sonae.apps.parties.models import Organisation
from sonae.apps.reporting.months import month_from
from sonae.web.shared.access import View, not_there, person, signed_in

Role = Organisation.Role
EVERY_ROLE = frozenset(Role)
# Member data is the organiser's, and the operator keeps it for the organiser; insurer and agency have no business with the files.
FEED_ROLES = frozenset({Role.ORGANISER, Role.OPERATOR})
# What a member has covered, for what sales and premium, is between the member and the insurer, for whom the operator keeps it.
COVER_ROLES = frozenset({Role.OPERATOR, Role.INSURER})
CHANGE_ROLES = frozenset({Role.OPERATOR})
# Premium money passes through the organiser's accounts and the operator's hands; the insurer is sent its list.
MONEY_ROLES = frozenset({Role.ORGANISER, Role.OPERATOR})


def for_staff(*methods: str, roles: Collection[str] = EVERY_ROLE) -> Callable[[View], View]:
    """For signed-in staff of organisations with one of these roles."""

    def decorate(view: View) -> View:
        @signed_in(*methods)
        @wraps(view)
        def opened(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
            if role_of(request) not in roles:
                raise not_there(request, "desk", request.path)
            return view(request, **arguments)

        return opened

    return decorate


def for_feed(*methods: str) -> Callable[[View], View]:
    """The view gets the feed."""

    def decorate(view: View) -> View:
        @for_staff(*methods, roles=FEED_ROLES)
        @wraps(view)
        def opened(request: HttpRequest, *, feed_id: int, **arguments: Any) -> HttpResponseBase:
            feed = find_feed(feed_id=feed_id)
            if feed is None:
                raise not_there(request, "feed", str(feed_id))
            return view(request, feed, **arguments)

        return opened

    return decorate


def for_cover(*methods: str, roles: Collection[str] = COVER_ROLES) -> Callable[[View], View]:
    """The view gets the paid certificate."""

    def decorate(view: View) -> View:
        @for_staff(*methods, roles=roles)
        @wraps(view)
        def opened(request: HttpRequest, *, number: str, **arguments: Any) -> HttpResponseBase:
            certificate = find_paid_certificate(number=number)
            if certificate is None:
                raise not_there(request, "certificate", number)
            return view(request, certificate, **arguments)

        return opened

    return decorate


def for_month(*methods: str) -> Callable[[View], View]:
    """For those who handle money; the view gets the first day of the month that the address names."""

    def decorate(view: View) -> View:
        @for_staff(*methods, roles=MONEY_ROLES)
        @wraps(view)
        def opened(request: HttpRequest, *, month: str, **arguments: Any) -> HttpResponseBase:
            first_day = month_from(month)
            if first_day is None:
                raise not_there(request, "month", month)
            return view(request, first_day, **arguments)

        return opened

    return decorate


def role_of(request: HttpRequest) -> str:
    """The role of the person's organisation; empty for members' people."""
    organisation = person(request).organisation
    return organisation.role if organisation else ""


def actor_of(request: HttpRequest) -> str:
    """The person as feeds and the audit log name them."""
    return f"user:{person(request).pk}"
