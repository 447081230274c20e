"""/desk/feeds/: the organiser's files of members, and one of them with its dry run and the rows that were set aside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from sonae.apps.audit.record import record
from sonae.apps.membership.models import Feed
from sonae.apps.membership.queries import list_feeds, list_set_aside
from sonae.apps.membership.refusal_texts import refusal_words
from sonae.apps.membership.set_aside_export import set_aside_csv
from sonae.apps.membership.use_cases.release_feed import is_second_person
from sonae.apps.membership.use_cases.withdraw_feed import OPEN
from sonae.domain.membership_feed.reasons import reason_text
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_feed, for_staff, note_look
from sonae.web.desk.feed_picture import bars_of
from sonae.web.desk.feed_rows import line_of, rows_of
from sonae.web.desk.feed_words import (
    actor_names,
    brake_words,
    changes_of,
    class_name,
    class_names,
    set_aside_of,
)
from sonae.web.desk.page import desk_page
from sonae.web.shared.context import programme_of
from sonae.web.shared.moment import now

FEEDS_A_PAGE = 100


@for_staff("GET", right=Right.SEE_FEEDS)
def feeds(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    return desk_page(
        request, "desk/feeds/list.html", {"lines": rows_of(list_feeds(most=FEEDS_A_PAGE)), "most": FEEDS_A_PAGE}
    )


@for_feed("GET")
def feed(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Where it stands. While it is being read the page asks again by itself, and is drawn anew when something has changed."""
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        if feed.state != Feed.State.RECEIVED:
            answer.headers["HX-Refresh"] = "true"
        return answer
    note_look(request, "feed.seen", "feed", feed.pk)
    return desk_page(request, "desk/feeds/feed.html", feed_facts(request, feed))


@for_feed("GET")
def set_aside(request: HttpRequest, feed: Feed) -> HttpResponse:
    """The rows that were set aside, page by page; who looked is written down, because there are names of members in them."""
    note_look(request, "feed.set_aside_seen", "feed", feed.pk)
    asked = request.GET.get("page", "1")
    shown = list_set_aside(feed=feed, page=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1)
    rows = [(row, reason_text(row.reason)) for row in shown.rows]
    facts = {"line": line_of(feed, actor_names([feed.received_by])[feed.received_by]), "rows": rows, "shown": shown}
    return desk_page(request, "desk/feeds/set_aside.html", facts)


@for_feed("GET")
def set_aside_file(request: HttpRequest, feed: Feed) -> HttpResponseBase:
    """All of them as CSV; who took it is written down, because there are names of members in it."""
    record(
        now=now(request), actor=actor_of(request), action="feed.set_aside_taken", object_kind="feed", object_id=feed.pk
    )
    answer = StreamingHttpResponse(set_aside_csv(feed), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="set-aside-{feed.pk}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def feed_facts(request: HttpRequest, feed: Feed) -> dict[str, Any]:
    """What the page of one feed shows."""
    people = actor_names([feed.received_by, feed.released_by, feed.applied_by])
    facts: dict[str, Any] = {
        "feed": feed,
        "line": line_of(feed, people[feed.received_by]),
        "released_by": people.get(feed.released_by),
        "applied_by": people.get(feed.applied_by),
        "may_handle": feed.state in OPEN,
        "own": not is_second_person(actor_of(request), feed),
    }
    if feed.refusal:
        facts["refusal"] = refusal_words(feed.refusal)
    if feed.dry_run:
        facts |= _dry_run_facts(feed.dry_run, class_names(programme_of(request).current_product))
    return facts


def _dry_run_facts(dry_run: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "changes": changes_of(dry_run, names),
        "bars": bars_of(dry_run, names),
        "moves": [
            (class_name(move["before"], names), class_name(move["after"], names), move["count"])
            for move in dry_run["class_moves"]
        ],
        "set_aside": set_aside_of(dry_run),
        "brake": [brake_words(reason, names) for reason in dry_run["brake"]],
    }
