"""/desk/members/: finding a member by what somebody says on the telephone."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from sonae.apps.audit.record import record
from sonae.apps.certificates.member_file import find_paper_of_members
from sonae.apps.documents.papers import pdf_of
from sonae.apps.search.queries import FoundMembers, Why, find_members
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff, note_look
from sonae.web.desk.cover_words import cover_line
from sonae.web.desk.feed_words import class_name, class_names
from sonae.web.desk.member_words import FOUND_BY, FoundLine
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import not_there
from sonae.web.shared.context import programme_of
from sonae.web.shared.downloads import pdf_download
from sonae.web.shared.moment import now, today

LONGEST_KEY = 18
LONGEST_SEARCH = 80  # of what the log keeps of it
SHOWN_AT_ONCE = 8


@for_staff("GET", right=Right.SEE_COVER)
@vary_on_headers("HX-Request")
def members(request: HttpRequest) -> HttpResponse:
    """GET /desk/members/?q=…; the only one that is found is opened at once. While somebody types, the likeliest as a part.

    What was searched for is written down.
    """
    typed, asked = request.GET.get("q", ""), request.GET.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_KEY else None
    found = find_members(typed=typed, today=today(request), after=after)
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]  # set by django_htmx's middleware
    is_part = htmx and not htmx.history_restore_request
    searched = "".join(sign for sign in typed.strip() if sign.isprintable())
    if searched and not is_part:
        note_look(request, "members.searched", "member_search", searched[:LONGEST_SEARCH])
    if is_part:
        shown, more = _lines(request, found)[:SHOWN_AT_ONCE], len(found.rows) > SHOWN_AT_ONCE
        return render(request, "desk/members/at_once.html", {"typed": typed.strip(), "rows": shown, "more": more})
    if len(found.rows) == 1 and found.rows[0].why != Why.ALIKE and not found.in_order:
        return redirect("desk:member", found.rows[0].member.number)
    facts = {"typed": typed.strip(), "found": found, "rows": _lines(request, found)}
    return desk_page(request, "desk/members/list.html", facts)


def _lines(request: HttpRequest, found: FoundMembers) -> list[FoundLine]:
    names = class_names(programme_of(request).current_product)
    return [
        FoundLine(
            row,
            class_name(row.known.member_class, names) if row.known else None,
            cover_line(row.certificate, today(request)),
            FOUND_BY.get(row.why),
        )
        for row in found.rows
    ]


@for_staff("GET", right=Right.SEE_COVER)
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One paper of a member as PDF; who opened it is written down."""
    found = find_paper_of_members(paper_id=paper_id)
    if found is None:
        raise not_there(request, "paper", str(paper_id))
    record(now=now(request), actor=actor_of(request), action="paper.opened", object_kind="paper",
           object_id=found.key[:80])  # fmt: skip
    return pdf_download(pdf_of(paper=found, now=now(request)), found.file_name)
