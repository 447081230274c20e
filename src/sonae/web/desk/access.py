"""Who may open what at the desk: staff alone, with their second factor, and of them those who hold the right
(``domain/staff_rights.py``).

Everybody else is told that it isn't there, whether it is or not, and leaves a line in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponseBase

from sonae.apps.audit.note_reading import note_reading
from sonae.apps.certificates.queries import find_paid_certificate
from sonae.apps.contact.consultation_file import find_consultation_of
from sonae.apps.contact.models import Consultation
from sonae.apps.membership.queries import find_feed
from sonae.apps.people.staff import staff_rights
from sonae.apps.programmes.drafts import find_draft
from sonae.apps.reporting.months import month_from
from sonae.domain.staff_rights import Right
from sonae.web.shared.access import View, not_there, person, signed_in
from sonae.web.shared.moment import now, today
from sonae.web.shared.staff_door import stop_before_desk


class NeededRights(NamedTuple):
    """What an address asks for: to be looked at, and to be sent something."""

    to_see: Right
    to_act: Right


def for_staff(*methods: str, right: Right = Right.SEE_DESK, to_act: Right | None = None) -> Callable[[View], View]:
    """For signed-in staff who hold the right; whoever sends something needs ``to_act`` as well, where it is named."""

    def decorate(view: View) -> View:
        @signed_in(*methods)
        @wraps(view)
        def opened(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
            stopped = stop_before_desk(request) if person(request).has_desk else None
            if stopped is not None:
                return stopped
            asked = {right, to_act} - {None} if request.method == "POST" else {right}
            if not asked <= rights_here(request):
                raise not_there(request, "desk", request.path)
            return view(request, **arguments)

        opened.rights = NeededRights(right, to_act or right)  # type: ignore[attr-defined]  # read by the page of permissions
        return opened

    return decorate


def for_feed(*methods: str, right: Right = Right.SEE_FEEDS) -> Callable[[View], View]:
    """The view gets the feed."""

    def decorate(view: View) -> View:
        @for_staff(*methods, right=right)
        @wraps(view)
        def opened(request: HttpRequest, *, feed_id: int, **arguments: Any) -> HttpResponseBase:
            feed = find_feed(feed_id=feed_id)
            if feed is None:
                raise not_there(request, "feed", str(feed_id))
            return view(request, feed, **arguments)

        return opened

    return decorate


def for_cover(*methods: str, right: Right = Right.SEE_COVER) -> Callable[[View], View]:
    """The view gets the paid certificate; that it was looked at is written down."""

    def decorate(view: View) -> View:
        @for_staff(*methods, right=right)
        @wraps(view)
        def opened(request: HttpRequest, *, number: str, **arguments: Any) -> HttpResponseBase:
            certificate = find_paid_certificate(number=number)
            if certificate is None:
                raise not_there(request, "certificate", number)
            note_look(request, "certificate.seen", "certificate", certificate.number)
            return view(request, certificate, **arguments)

        return opened

    return decorate


def for_month(*methods: str, right: Right = Right.SEE_MONEY) -> Callable[[View], View]:
    """The view gets the first day of the month that the address names."""

    def decorate(view: View) -> View:
        @for_staff(*methods, right=right)
        @wraps(view)
        def opened(request: HttpRequest, *, month: str, **arguments: Any) -> HttpResponseBase:
            first_day = month_from(month)
            if first_day is None:
                raise not_there(request, "month", month)
            return view(request, first_day, **arguments)

        return opened

    return decorate


def for_entry(
    *methods: str,
    kind: str,
    find: Callable[[HttpRequest, str], object | None],
    right: Right,
    to_act: Right | None = None,
) -> Callable[[View], View]:
    """The view gets what ``find`` gives of the number in the address. ``kind`` is what the audit log calls it."""

    def decorate(view: View) -> View:
        @for_staff(*methods, right=right, to_act=to_act)
        @wraps(view)
        def opened(request: HttpRequest, *, number: str, **arguments: Any) -> HttpResponseBase:
            entry = find(request, number)
            if entry is None:
                raise not_there(request, kind, number)
            return view(request, entry, **arguments)

        return opened

    return decorate


def for_consultation(
    *methods: str, right: Right = Right.SEE_CONSULTATIONS, to_act: Right | None = None
) -> Callable[[View], View]:
    """The view gets the consultation."""
    return for_entry(*methods, kind="consultation", find=_consultation, right=right, to_act=to_act)


def _consultation(request: HttpRequest, number: str) -> Consultation | None:
    return find_consultation_of(number=number)


def for_draft(*methods: str, right: Right = Right.SEE_PRODUCT, to_act: Right | None = None) -> Callable[[View], View]:
    """The view gets the draft of a product version."""

    def decorate(view: View) -> View:
        @for_staff(*methods, right=right, to_act=to_act)
        @wraps(view)
        def opened(request: HttpRequest, *, draft_id: int, **arguments: Any) -> HttpResponseBase:
            draft = find_draft(draft_id=draft_id)
            if draft is None:
                raise not_there(request, "product_draft", str(draft_id))
            return view(request, draft, **arguments)

        return opened

    return decorate


def rights_here(request: HttpRequest) -> frozenset[Right]:
    """What the person may on this day; nothing for members' people. Asked once for a request."""
    held: frozenset[Right] | None = getattr(request, "sonae_rights", None)
    if held is None:
        held = staff_rights(person(request), on=today(request))
        request.sonae_rights = held  # type: ignore[attr-defined]
    return held


def note_look(request: HttpRequest, action: str, kind: str, name: object, **detail: str | int | bool | None) -> None:
    """Write down that the person looked at somebody's data; once for a while, and before anything of it is shown."""
    note_reading(
        now=now(request), actor=actor_of(request), action=action, object_kind=kind, object_id=name, **detail
    )  # fmt: skip


def actor_of(request: HttpRequest) -> str:
    """The person as feeds and the audit log name them."""
    return f"user:{person(request).pk}"
