"""Certificates and changes of them, for those who act for their member; who only looks gets the page that says whom to ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sonae.apps.certificates.queries import find_own_change, find_own_paid_certificate
from sonae.apps.parties.queries import may_act_for
from sonae.web.portal.access import only_looks
from sonae.web.shared.access import View, not_there, person, signed_in


def for_own_cover(*methods: str) -> Callable[[View], View]:
    """The view gets the paid certificate. One that isn't theirs and one that isn't there answer alike: 404."""

    def decorate(view: View) -> View:
        @signed_in(*methods)
        @wraps(view)
        def opened(request: HttpRequest, number: str, **arguments: Any) -> HttpResponseBase:
            certificate = find_own_paid_certificate(number=number, user=person(request))
            if certificate is None:
                raise not_there(request, "certificate", number)
            if not may_act_for(user=person(request), member=certificate.member, to="manage"):
                return only_looks(request)
            return view(request, certificate, **arguments)

        return opened

    return decorate


def for_own_change(*methods: str) -> Callable[[View], View]:
    """The view gets the change that was asked for."""

    def decorate(view: View) -> View:
        @signed_in(*methods)
        @wraps(view)
        def opened(request: HttpRequest, public_id: str, **arguments: Any) -> HttpResponseBase:
            asked = find_own_change(public_id=public_id, user=person(request))
            if asked is None:
                raise not_there(request, "change", public_id)
            if not may_act_for(user=person(request), member=asked.certificate.member, to="manage"):
                return only_looks(request)
            return view(request, asked, **arguments)

        return opened

    return decorate
