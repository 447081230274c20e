"""/desk/members/: finding a member by what somebody says on the telephone, and everything there is of one of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.record import record
from sonae.apps.certificates.as_at import AsAt, as_at
from sonae.apps.certificates.member_file import find_paper_of_members, member_file_of
from sonae.apps.certificates.member_search import find_members
from sonae.apps.documents.papers import pdf_of
from sonae.apps.parties.queries import find_member
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff, note_look
from sonae.web.desk.cover_words import CoverLine, cover_line, request_line
from sonae.web.desk.feed_words import class_name, class_names
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import not_there
from sonae.web.shared.context import programme_of
from sonae.web.shared.downloads import pdf_download
from sonae.web.shared.moment import now, today

LONGEST_PAGE = 6
LONGEST_SEARCH = 80  # of what the log keeps of it


@for_staff("GET", right=Right.SEE_COVER)
def members(request: HttpRequest) -> HttpResponse:
    """GET /desk/members/?q=…; the only one that is found is opened at once. What was searched for is written down."""
    typed, asked = request.GET.get("q", ""), request.GET.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < LONGEST_PAGE else 1
    if searched := "".join(sign for sign in typed.strip() if sign.isprintable()):
        note_look(request, "members.searched", "member_search", searched[:LONGEST_SEARCH])
    found = find_members(typed=typed, page=page, today=today(request))
    if len(found.rows) == 1 and found.page == 1:
        return redirect("desk:member", found.rows[0].member.number)
    names = class_names(programme_of(request).current_product)
    rows = [
        (
            row,
            class_name(row.known.member_class, names) if row.known else None,
            cover_line(row.certificate, today(request)),
        )
        for row in found.rows
    ]
    return desk_page(request, "desk/members/list.html", {"typed": typed.strip(), "found": found, "rows": rows})


@for_staff("GET", right=Right.SEE_COVER)
def member(request: HttpRequest, number: str) -> HttpResponse:
    """Certificates, payments, what waits, papers and mails of one member; who looked is written down."""
    found = find_member(number=number)
    if found is None:
        raise not_there(request, "member", number)
    note_look(request, "member.seen", "member", found.number)
    file = member_file_of(member=found, now=now(request))
    names = class_names(programme_of(request).current_product)
    covers: list[tuple[AsAt, CoverLine | None]] = [
        (as_at(one, on=today(request), known=now(request)), cover_line(one, today(request)))
        for one in file.certificates
    ]
    facts = {
        "member": found,
        "file": file,
        "class_name": class_name(file.known.member_class, names) if file.known else None,
        "covers": covers,
        "requests": [request_line(one) for one in file.requests],
    }
    return desk_page(request, "desk/members/member.html", facts)


@for_staff("GET", right=Right.SEE_COVER)
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One paper of a member as PDF; who opened it is written down."""
    found = find_paper_of_members(paper_id=paper_id)
    if found is None:
        raise not_there(request, "paper", str(paper_id))
    record(now=now(request), actor=actor_of(request), action="paper.opened", object_kind="paper",
           object_id=found.key[:80])  # fmt: skip
    return pdf_download(pdf_of(paper=found, now=now(request)), found.file_name)
