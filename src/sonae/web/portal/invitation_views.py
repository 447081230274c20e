"""/invitations/…/: the page behind the link of an invitation. Holding the link shows it; the invited address alone takes it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sonae.apps.people.queries import find_invitation
from sonae.apps.people.roles import ROLE_DUTIES, ROLE_NAMES, firm_name
from sonae.apps.people.use_cases.take_invitation import ForAnotherAddress, NotTakeable, take_invitation
from sonae.web.shared.access import person
from sonae.web.shared.language import say
from sonae.web.shared.moment import now


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who invites to what; POST accepts. A link that is over answers like one that never was."""
    found = find_invitation(token=token, now=now(request))
    if found is None:
        raise Http404
    is_theirs = request.user.is_authenticated and person(request).email.lower() == found.email.lower()
    if request.method == "POST" and is_theirs:
        return _take(request, token)
    facts = {
        "firm": firm_name(found.member, now=now(request)),
        "inviter": found.invited_by.email,
        "role": ROLE_NAMES[found.role],
        "duty": ROLE_DUTIES[found.role],
        "expires_at": found.expires_at,
        "is_theirs": is_theirs,
        "here": request.path,
    }
    return render(request, "portal/invitation.html", facts, status=403 if request.method == "POST" else 200)


def _take(request: HttpRequest, token: str) -> HttpResponse:
    try:
        take_invitation(token=token, user=person(request), now=now(request))
    except (NotTakeable, ForAnotherAddress):
        raise Http404 from None
    messages.success(request, say("担当になりました。", "You now act for this member."))
    return redirect("portal:home")
