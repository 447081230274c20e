"""Signing in with the organiser's account: to its page, back from it, and what to do when that leads nowhere."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.parties.use_cases.link_member import MemberHasOwner
from sonae.apps.people.identity_provider import (
    Beginning,
    Claims,
    IdentityProvider,
    ProviderRefused,
    ProviderUnavailable,
    find_identity_provider,
)
from sonae.apps.people.models import SignIn
from sonae.apps.people.use_cases.enter_by_organiser import (
    LinkedToAnother,
    NotForStaff,
    NotOnTheList,
    SignInFirst,
    enter_by_organiser,
    link_organiser_identity,
)
from sonae.web.portal.sign_in import sign_in_person
from sonae.web.shared.access import person
from sonae.web.shared.client import client_of
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now

log = logging.getLogger("sonae.sign_on")
BEGUN, TO_LINK = "organiser_begun", "organiser_to_link"
LIVES = timedelta(minutes=10)
TRIES_AN_HOUR = 60  # from one network address


@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """To the organiser's sign-in page. What must be known again on the way back stays in this session."""
    provider = _provider()
    if not _may_try(request):
        return too_many_requests(request, retry_after_seconds=3600)
    try:
        beginning = provider.begin(return_address=_return_address())
    except (ProviderUnavailable, ProviderRefused) as error:
        log.warning("the organiser's sign-on can't be begun: %s", error)
        return _show(request, "away", status=503)
    request.session[BEGUN] = {
        **asdict(beginning),
        "at": now(request).isoformat(),
        "next": request.POST.get("next", "")[:500],
        "language": active_language(),
    }
    return HttpResponseRedirect(beginning.address)


@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """The way back. A beginning serves once; whatever does not fit it is refused without a word of why."""
    provider = _provider()
    begun = request.session.pop(BEGUN, None)
    with override(begun["language"] if begun else active_language()):
        if not _may_try(request):
            return too_many_requests(request, retry_after_seconds=3600)
        if begun is None or not _fits(request, begun):
            return _refuse(request, "state")
        if "code" not in request.GET:
            return _show(request, "cancelled", status=403)
        return _finish(request, provider, begun)


def _finish(request: HttpRequest, provider: IdentityProvider, begun: dict[str, Any]) -> HttpResponse:
    beginning = Beginning(**{name: begun[name] for name in ("address", "state", "nonce", "verifier")})
    code = request.GET["code"][:2_000]
    try:
        claims = provider.finish(beginning=beginning, code=code, return_address=_return_address())
    except ProviderUnavailable as error:
        log.warning("the organiser's sign-on did not answer: %s", error)
        return _show(request, "away", status=503)
    except ProviderRefused as refusal:
        return _refuse(request, str(refusal))
    return _enter(request, claims, next_page=begun["next"])


def _enter(request: HttpRequest, claims: Claims, *, next_page: str) -> HttpResponse:
    try:
        user = enter_by_organiser(claims=claims, language=active_language(), now=now(request))
    except NotOnTheList:
        return _show(request, "not_on_the_list", status=403, number=claims.number[:20])
    except MemberHasOwner:
        return _show(request, "has_owner", status=409)
    except NotForStaff:
        return _show(request, "staff", status=403)
    except SignInFirst:
        request.session[TO_LINK] = {**asdict(claims), "at": now(request).isoformat()}
        return _show(request, "sign_in_first", status=409, security=reverse("portal:security"))
    return sign_in_person(request, user, way=SignIn.Way.ORGANISER, next_page=next_page)


def link(request: HttpRequest) -> HttpResponse:
    """Link the account that waits in this session to the person who has signed in. Asked for on the page of security."""
    claims = waits_for_link(request)
    request.session.pop(TO_LINK, None)
    if claims is None:
        return redirect("portal:security")
    try:
        link_organiser_identity(claims=claims, user=person(request), language=active_language(), now=now(request))
    except NotOnTheList:
        return _show(request, "not_on_the_list", status=403, number=claims.number[:20])
    except MemberHasOwner:
        return _show(request, "has_owner", status=409)
    except (NotForStaff, LinkedToAnother):
        return _show(request, "staff", status=403)
    messages.success(
        request,
        say(
            "これからは、団体のアカウントでもログインできます。",
            "You can sign in with your organiser account from now on.",
        ),
    )
    return redirect("portal:security")


def waits_for_link(request: HttpRequest) -> Claims | None:
    """What is known of the organiser's account that waits in this session to be linked."""
    kept = dict(request.session.get(TO_LINK) or {})
    if not kept or now(request) - datetime.fromisoformat(kept.pop("at")) > LIVES:
        return None
    return Claims(**kept)


def _provider() -> IdentityProvider:
    provider = find_identity_provider()
    if provider is None:
        raise Http404
    return provider


def _may_try(request: HttpRequest) -> bool:
    key = f"organiser:{client_of(request)}"
    return allow(key=key, most=TRIES_AN_HOUR, within=timedelta(hours=1), now=now(request))


def _fits(request: HttpRequest, begun: dict[str, Any]) -> bool:
    is_young = now(request) - datetime.fromisoformat(begun["at"]) <= LIVES
    return is_young and constant_time_compare(request.GET.get("state", ""), begun["state"])


def _return_address() -> str:
    """One for both languages, from the settings and never from the request's host."""
    with override("ja"):
        return f"{settings.SONAE_SITE_ADDRESS}{reverse('portal:organiser_return')}"


def _refuse(request: HttpRequest, why: str) -> HttpResponse:
    log.warning("a sign-on was refused: %s", why)
    record(
        now=now(request), actor="visitor", action="organiser.refused", object_kind="user", object_id="", why=why[:200]
    )
    return _show(request, "refused", status=403)


def _show(request: HttpRequest, said: str, *, status: int, **facts: str) -> HttpResponse:
    return render(request, "portal/organiser.html", {"said": said, **facts}, status=status)
