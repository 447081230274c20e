"""A page of the desk: the frame with what waits, and the page's own facts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.apps.membership.models import Feed
from sonae.apps.membership.queries import count_feeds
from sonae.apps.parties.queries import list_members_of
from sonae.web.desk.access import COVER_ROLES, FEED_ROLES, MONEY_ROLES, role_of
from sonae.web.shared.access import person

WAITING = (Feed.State.CHECKED, Feed.State.HELD)


def desk_page(
    request: HttpRequest, template: str, facts: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The answer."""
    handles_feeds = role_of(request) in FEED_ROLES
    frame = {
        "handles_feeds": handles_feeds,
        "acts_for_a_member": bool(list_members_of(user=person(request))),
        "sees_cover": role_of(request) in COVER_ROLES,
        "handles_money": role_of(request) in MONEY_ROLES,
        "feeds_waiting": count_feeds(states=WAITING) if handles_feeds else 0,
    }
    return render(request, template, {**frame, **(facts or {})}, status=status)
