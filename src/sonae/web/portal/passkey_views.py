"""Adding a passkey, and signing in with one. Without a script there is the code by e-mail."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.people.devices import device_of
from sonae.apps.people.models import SignIn
from sonae.apps.people.use_cases.change_passkeys import list_passkeys, note_passkey
from sonae.web.portal.fresh import freshly_signed_in, lacks_second_factor
from sonae.web.portal.passkeys import (
    MOST,
    NotAPasskey,
    add_passkey,
    passkey_host,
    passkeys_work_at,
    person_of,
    registration_options,
    sign_in_options,
)
from sonae.web.portal.sign_in import sign_in_person
from sonae.web.shared.access import person, signed_in
from sonae.web.shared.client import client_of
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now

HOUR = timedelta(hours=1)
NOT_MADE = say(
    "パスキーを登録できませんでした。もう一度お試しください。", "The passkey could not be added. Please try again."
)
NOT_KNOWN = say(
    "このパスキーではログインできませんでした。メールのコードでログインしてください。",
    "This passkey could not be used. Please sign in with a code by e-mail.",
)


class PasskeyForm(forms.Form):
    """What the passkey is called, and what the browser made."""

    name = forms.CharField(
        label=say("パスキーの名前", "Name of the passkey"),
        help_text=say(
            "あとで見分けるための名前です。例：会社のノートパソコン",
            "To know it again later, such as “office laptop”.",
        ),
        max_length=60,
        error_messages={"required": say("名前を入れてください。", "Please enter a name.")},
    )
    credential = forms.CharField(widget=forms.HiddenInput, required=False)


@signed_in("GET", "POST")
@freshly_signed_in
def add(request: HttpRequest) -> HttpResponse:
    """The browser makes the passkey when the button is pressed; what it sends is checked here."""
    user = person(request)
    if len(list_passkeys(user=user)) >= MOST:
        messages.info(request, say("登録できるパスキーは10個までです。", "You can have ten passkeys at most."))
        return redirect("portal:security")
    if request.method != "POST":
        name = in_language(device_of(request.headers.get("User-Agent", "")))
        return _show(request, PasskeyForm(initial={"name": name}))
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        passkey = add_passkey(user, name=form.cleaned_data["name"], answer=form.cleaned_data["credential"])
    except NotAPasskey:
        form.add_error(None, NOT_MADE)
        return _show(request, form, status=422)
    note_passkey(user=user, name=str(passkey.data["name"]), language=active_language(), now=now(request))
    messages.success(request, say("パスキーを登録しました。", "The passkey has been added."))
    return redirect("portal:second_factor" if lacks_second_factor(request) else "portal:security")


def _show(request: HttpRequest, form: PasskeyForm, *, status: int = 200) -> HttpResponse:
    facts = {
        "form": form,
        "options": registration_options(person(request)),
        "works_here": passkeys_work_at(request),
        "host": passkey_host(),
    }
    return render(request, "portal/passkey.html", facts, status=status)


@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """First the browser asks what to prove, then it sends the proof. Everybody is asked the same."""
    tries = settings.SONAE_PASSKEY_TRIES_AN_HOUR
    if not allow(key=f"passkey:{client_of(request)}", most=tries, within=HOUR, now=now(request)):
        return too_many_requests(request, retry_after_seconds=int(HOUR.total_seconds()))
    if "credential" not in request.POST:
        return HttpResponse(sign_in_options(), content_type="application/json")
    try:
        user = person_of(request.POST["credential"])
    except NotAPasskey:
        record(now=now(request), actor="visitor", action="passkey.refused", object_kind="user", object_id="")
        messages.error(request, NOT_KNOWN)
        return redirect(reverse("portal:sign_in"))
    return sign_in_person(request, user, way=SignIn.Way.PASSKEY, next_page=request.POST.get("next", ""))
