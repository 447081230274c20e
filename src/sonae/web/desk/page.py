"""A page of the desk: the frame with what waits, and the page's own facts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.apps.membership.models import Feed
from sonae.apps.membership.queries import count_beside
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import rights_here
from sonae.web.desk.navigation import navigation
from sonae.web.shared.access import person

WAITING = (Feed.State.CHECKED, Feed.State.HELD)


def desk_page(
    request: HttpRequest, template: str, facts: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The answer."""
    held = rights_here(request)
    feeds_waiting, acts_for_a_member = count_beside(user=person(request), states=WAITING)
    frame = {
        "may": {right.value: right in held for right in Right},
        "acts_for_a_member": acts_for_a_member,
        "places": navigation(held, {"feeds": feeds_waiting}),
    }
    return render(request, template, {**frame, **(facts or {})}, status=status)
