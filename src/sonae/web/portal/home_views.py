"""/portal/: what the person's members hold, and the papers to keep."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.apps.audit.record import record
from sonae.apps.documents.papers import pdf_of
from sonae.apps.enrolment.queries import list_living_applications
from sonae.web.portal.access import not_there, person, signed_in
from sonae.web.portal.cover import CoverState, find_paper, holdings_of
from sonae.web.portal.downloads import pdf_download
from sonae.web.shared.context import programme_of
from sonae.web.shared.moment import now, today


@signed_in("GET")
def home(request: HttpRequest) -> HttpResponse:
    """Certificates, papers, payments, the free cover beside them, and what can be continued."""
    holdings = holdings_of(user=person(request), now=now(request))
    covered = any(cover.state is CoverState.IN_FORCE for holding in holdings for cover in holding.covers)
    product = programme_of(request).current_product
    facts = {
        "holdings": holdings,
        "applications": list_living_applications(user=person(request)),
        "has_papers": any(holding.papers for holding in holdings),
        "today": today(request),
        "product": product,
        "hotlines": [one for one in product.services_of("paid") if one.phone] if covered and product else [],
    }
    return render(request, "portal/home.html", facts)


@signed_in("GET")
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One paper as PDF; who opened it is written down. Somebody else's answers like one that isn't there."""
    found = find_paper(user=person(request), paper_id=paper_id)
    if found is None:
        raise not_there(request, "paper", str(paper_id))
    record(now=now(request), actor=f"user:{person(request).pk}", action="paper.opened", object_kind="paper",
           object_id=found.key[:80])  # fmt: skip
    return pdf_download(pdf_of(paper=found, now=now(request)), found.file_name)
