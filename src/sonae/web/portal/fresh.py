"""For what must not be done from a browser that was left open: the person has signed in within the last ten minutes.

Staff have given their second factor as well, once they have one: or whoever reads their mails would make it another's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sonae.apps.people.second_factors import second_factors_of
from sonae.web.shared.access import person
from sonae.web.shared.idle import used_from
from sonae.web.shared.moment import now
from sonae.web.shared.own_address import is_own_address
from sonae.web.shared.staff_door import second_factor_given

FRESH = timedelta(minutes=10)
SIGNED_IN, SEEN = "signed_in_at", "seen_at"
View = Callable[..., HttpResponse]


def fresh_from(request: HttpRequest) -> None:
    """The person has just proved who they are."""
    request.session[SIGNED_IN] = request.session[SEEN] = now(request).isoformat()
    used_from(request)


def is_fresh(request: HttpRequest) -> bool:
    """Whether that was within the last ten minutes."""
    since = request.session.get(SIGNED_IN, "")
    is_young = bool(since) and timedelta() <= now(request) - datetime.fromisoformat(since) < FRESH
    return is_young and not lacks_second_factor(request)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether somebody of the staff has a second factor and has not given it in this session."""
    user = person(request)
    return user.is_staff and not second_factor_given(request) and second_factors_of(user).is_set_up


def freshly_signed_in(view: View) -> View:
    """For pages where nothing is done without a fresh sign-in; others lead there and back."""

    @wraps(view)
    def opened(request: HttpRequest, **arguments: Any) -> HttpResponse:
        return view(request, **arguments) if is_fresh(request) else sign_in_again(request)

    return opened


def sign_in_again(request: HttpRequest, *, back: str = "") -> HttpResponse:
    """To the page that asks for it; afterwards back to this one, or to ``back``."""
    next_page = back or request.path
    if lacks_second_factor(request):
        return redirect(f"{reverse('portal:second_factor')}?{urlencode({'next': next_page})}")
    return redirect(f"{reverse('portal:sign_in_again')}?{urlencode({'next': next_page})}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def again(request: HttpRequest) -> HttpResponse:
    """GET says why; POST ends this session and leads to the sign-in page, which leads back."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    next_page = wanted if is_own_address(wanted) else reverse("portal:security")
    if request.method != "POST":
        return render(request, "portal/sign_in_again.html", {"next": next_page})
    logout(request)
    return redirect(f"{reverse('portal:sign_in')}?{urlencode({'next': next_page})}")
