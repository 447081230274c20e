"""/desk/certificates/<number>/: what is in force on a day as it was known at a moment, the log, and the premium by months."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from sonae.apps.audit.queries import waiting_look
from sonae.apps.certificates.as_at import as_at
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.use_cases.return_with_second_look import KIND as RETURN_PREMIUM
from sonae.web.desk.access import for_cover
from sonae.web.desk.cover_words import act_lines, content_rows, cover_line, request_line
from sonae.web.desk.page import desk_page
from sonae.web.desk.two_clocks import clocks_of
from sonae.web.shared.cover_preview import months_of
from sonae.web.shared.moment import today


@for_cover("GET")
def certificate(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """GET …/?on=2027-03-03&known=2027-03-10; without them today, as it is known now."""
    clocks = clocks_of(request)
    found = as_at(certificate, on=clocks.on, known=clocks.known)
    waiting = ChangeRequest.objects.filter(certificate=certificate, state=ChangeRequest.State.WAITING).first()
    if waiting is not None:
        waiting.certificate = certificate
    schedule = found.schedule
    facts = {
        "certificate": certificate,
        "found": found,
        "line": cover_line(certificate, today(request)),
        "typed": clocks.typed,
        "unreadable": clocks.unreadable,
        "is_now": clocks.is_now,
        "rows": content_rows(found) if found.is_known else [],
        "acts": act_lines(found),
        "schedule": schedule,
        "months": months_of(found.product, schedule) if schedule else (),
        "waiting": request_line(waiting) if waiting else None,
        "look": waiting_look(kind=RETURN_PREMIUM, object_id=certificate.number),
        "may_cancel": certificate.cancelled_on is None,
        "today": today(request),
    }
    return desk_page(request, "desk/certificates/certificate.html", facts, status=422 if clocks.unreadable else 200)
