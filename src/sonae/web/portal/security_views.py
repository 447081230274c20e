"""/portal/security/: how this person signs in and where they are signed in; what they can end, remove and link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sonae.apps.people.devices import device_of
from sonae.apps.people.models import SignIn
from sonae.apps.people.queries import find_email_change, has_organiser_identity, list_sign_ins
from sonae.apps.people.second_factors import second_factors_of
from sonae.apps.people.use_cases.change_passkeys import (
    NoSuchPasskey,
    list_passkeys,
    remove_passkey,
    rename_passkey,
)
from sonae.apps.people.use_cases.end_sign_ins import end_other_sign_ins, end_sign_in
from sonae.domain.text import Text
from sonae.web.portal import organiser_views
from sonae.web.portal.fresh import is_fresh, sign_in_again
from sonae.web.portal.passkeys import passkeys_work_at
from sonae.web.shared.access import not_there, person, signed_in
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now

WAYS: dict[str, Text] = {
    SignIn.Way.CODE: Text("メールのコード", "code by e-mail"),
    SignIn.Way.PASSKEY: Text("パスキー", "passkey"),
    SignIn.Way.ORGANISER: Text("団体のアカウント", "organiser account"),
}
NEED_A_FRESH_SIGN_IN = {"remove_passkey", "link"}


@signed_in("GET", "POST")
def security(request: HttpRequest) -> HttpResponse:
    """GET shows; POST does one thing and shows again."""
    if request.method != "POST":
        return render(request, "portal/security.html", _facts(request))
    action = request.POST.get("action", "")
    if action in NEED_A_FRESH_SIGN_IN and not is_fresh(request):
        return sign_in_again(request)
    return _act(request, action)


def _act(request: HttpRequest, action: str) -> HttpResponse:
    match action:
        case "end":
            if not _end(request, _number(request)):
                raise not_there(request, "session", request.POST.get("one", ""))
        case "end_others":
            _end_others(request)
        case "remove_passkey" | "rename_passkey":
            _change_passkey(request, action)
        case "link":
            return organiser_views.link(request)
    return redirect("portal:security")


def _number(request: HttpRequest) -> int:
    """The number that the form carries; one that isn't a number is nobody's."""
    typed = request.POST.get("one", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else -1


def _change_passkey(request: HttpRequest, action: str) -> None:
    user, number = person(request), _number(request)
    try:
        if action == "rename_passkey":
            rename_passkey(user=user, passkey_id=number, name=request.POST.get("name", ""))
            return
        remove_passkey(user=user, passkey_id=number, language=active_language(), now=now(request))
    except NoSuchPasskey:
        raise not_there(request, "passkey", request.POST.get("one", "")) from None
    messages.success(request, say("パスキーを削除しました。", "The passkey has been removed."))


def _end(request: HttpRequest, sign_in_id: int) -> bool:
    if not end_sign_in(user=person(request), sign_in_id=sign_in_id, now=now(request)):
        return False
    messages.success(request, say("ログインを終わらせました。", "The session has been ended."))
    return True


def _end_others(request: HttpRequest) -> None:
    user = person(request)
    end_other_sign_ins(
        user=user, session_key=request.session.session_key or "", actor=f"user:{user.pk}", now=now(request)
    )
    update_session_auth_hash(request, user)
    messages.success(request, say("ほかのログインをすべて終わらせました。", "All other sessions have been ended."))


def _facts(request: HttpRequest) -> dict[str, Any]:
    user, moment = person(request), now(request)
    since = moment - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return {
        "email": user.email,
        "change": find_email_change(user=user, now=moment),
        "passkeys": [{"id": one.pk, "name": one.wrap().name, "made": one.created_at, "used": one.last_used_at}
                     for one in list_passkeys(user=user)],
        "works_here": passkeys_work_at(request),
        "sessions": [
            {"one": sign_in, "device": device_of(sign_in.user_agent), "way": WAYS[sign_in.way],
             "is_this": sign_in.session_key == request.session.session_key}
            for sign_in in list_sign_ins(user=user, since=since)
        ],
        "second": second_factors_of(user) if user.has_desk else None,
        "hours": settings.SESSION_COOKIE_AGE // 3600,
        "idle_minutes": settings.SONAE_STAFF_IDLE_MINUTES,
        "sign_on": bool(settings.SONAE_OIDC_ISSUER),
        "linked": has_organiser_identity(user=user),
        "waits_for_link": organiser_views.waits_for_link(request),
    }  # fmt: skip
