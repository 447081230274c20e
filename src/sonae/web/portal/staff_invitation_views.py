"""/invitations/staff/…/: the page behind the link of an invitation to a desk. Holding the link shows it; the invited address
alone takes it, and signs in again as somebody of the staff."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sonae.apps.people.queries import find_staff_invitation
from sonae.apps.people.use_cases.enter_staff import WorksElsewhere, WorksHere
from sonae.apps.people.use_cases.take_invitation import ForAnotherAddress, NotTakeable
from sonae.apps.people.use_cases.take_staff_invitation import take_staff_invitation
from sonae.domain.staff_rights import POSITION_DUTIES, POSITION_NAMES, Position
from sonae.web.shared.access import person
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now

ENTERED = say(
    "職員として登録しました。もう一度ログインして、二段階のログインを設定してください。",
    "You are of the staff now. Please sign in again and set up your second sign-in step.",
)
ELSEWHERE = say(
    "このメールアドレスの方は、すでに業務画面をお使いです。組織を移るときは、システムの運用担当に申し出てください。",
    "With this e-mail address you work at a desk already. To move to another organisation, ask whoever runs the system.",
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who invites to what; POST accepts. A link that is over answers like one that never was."""
    found = find_staff_invitation(token=token, now=now(request))
    if found is None:
        raise Http404
    is_theirs = request.user.is_authenticated and person(request).email.lower() == found.email.lower()
    if request.method == "POST" and is_theirs:
        return _take(request, token)
    positions = [Position(one) for one in found.positions]
    facts = {
        "organisation": found.organisation,
        "inviter": found.invited_by.email,
        "positions": [(POSITION_NAMES[one], POSITION_DUTIES[one]) for one in positions],
        "expires_at": found.expires_at,
        "is_theirs": is_theirs,
        "here": request.path,
    }
    return render(request, "portal/staff_invitation.html", facts, status=403 if request.method == "POST" else 200)


def _take(request: HttpRequest, token: str) -> HttpResponse:
    try:
        take_staff_invitation(token=token, user=person(request), language=active_language(), now=now(request))
    except (NotTakeable, ForAnotherAddress):
        raise Http404 from None
    except (WorksHere, WorksElsewhere):
        messages.error(request, ELSEWHERE)
        return redirect("portal:staff_invitation", token)
    logout(request)
    messages.success(request, ENTERED)
    return redirect("portal:sign_in")
