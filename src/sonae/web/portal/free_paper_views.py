"""/portal/free-cover/<number>/: the paper of a free certificate, made when it is first wanted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from sonae.apps.audit.record import record
from sonae.apps.certificates.free_paper import NothingCovered, free_certificate_paper
from sonae.apps.certificates.queries import find_free_certificate
from sonae.apps.documents.papers import pdf_of
from sonae.web.portal.downloads import pdf_download
from sonae.web.shared.access import not_there, person, signed_in
from sonae.web.shared.language import active_language
from sonae.web.shared.moment import now


@signed_in("GET")
def free_certificate(request: HttpRequest, number: str) -> HttpResponse:
    """The PDF in the language of the page. Somebody else's certificate answers like one that isn't there."""
    certificate = find_free_certificate(number=number, user=person(request))
    if certificate is None:
        raise not_there(request, "certificate", number[:20])
    try:
        paper = free_certificate_paper(certificate=certificate, language=active_language(), now=now(request))
    except NothingCovered:
        raise not_there(request, "certificate", number[:20]) from None
    record(now=now(request), actor=f"user:{person(request).pk}", action="paper.opened", object_kind="paper",
           object_id=paper.key[:80])  # fmt: skip
    return pdf_download(pdf_of(paper=paper, now=now(request)), paper.file_name)
