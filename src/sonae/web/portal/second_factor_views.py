"""/sign-in/second/: the second step of the staff. Setting an app up, giving its code, and the recovery codes, shown once.

For members' people there are no such pages.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sonae.apps.people.one_time_codes import address_of, draw_key
from sonae.apps.people.sealing import Unreadable, seal, unseal
from sonae.apps.people.second_factors import purpose_of, second_factors_of
from sonae.apps.people.use_cases.give_second_factor import Given, TooManyTries, WrongCode, give_second_factor
from sonae.apps.people.use_cases.set_up_second_factor import SetUpAlready, renew_recovery_codes, set_up_second_factor
from sonae.domain.text import Text
from sonae.web.portal.code_field import CodeField
from sonae.web.portal.fresh import is_fresh, lacks_second_factor, sign_in_again
from sonae.web.portal.passkeys import passkeys_work_at
from sonae.web.shared.access import View, not_there, person, signed_in
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now
from sonae.web.shared.own_address import is_own_address
from sonae.web.shared.square_code import square_code
from sonae.web.shared.staff_door import remember_second_factor, second_factor_given, stop_outside

KEY_TO_PROVE, CODES_TO_SHOW = "second_factor_key", "recovery_codes"
WAIT = int(timedelta(minutes=10).total_seconds())
QR = Text("認証アプリで読み取るQRコード", "QR code for the authenticator app")
WRONG = say(
    "コードが違うか、もう使われています。アプリに次のコードが出るのを待って、入れ直してください。",
    "The code is wrong, or was used already. Wait for the app’s next code and try again.",
)


class AppCodeForm(forms.Form):
    """What the app shows."""

    code = CodeField(
        label=say("アプリのコード", "Code in the app"),
        help_text=say("認証アプリに出ている6桁の数字です。", "The six digits that the authenticator app shows."),
    )


class SecondFactorForm(forms.Form):
    """What the app shows, or one of the codes that were kept for the day on which it is lost."""

    code = CodeField(
        label=say("アプリのコード", "Code in the app"),
        help_text=say(
            "認証アプリに出ている6桁の数字です。アプリを使えないときは、8桁の回復コードを入れてください。",
            "The six digits that the authenticator app shows. Without the app, one of your recovery codes of eight digits.",
        ),
    )


def at_the_staffs_door(*methods: str) -> Callable[[View], View]:
    """For staff with an open desk, from where it may be opened; nothing of it is there for anybody else."""

    def decorate(view: View) -> View:
        @signed_in(*methods)
        @wraps(view)
        def opened(request: HttpRequest, **arguments: Any) -> Any:
            if not person(request).has_desk:
                raise not_there(request, "desk", request.path)
            return stop_outside(request) or view(request, **arguments)

        return opened

    return decorate


@at_the_staffs_door("GET", "POST")
def second_factor(request: HttpRequest) -> HttpResponse:
    """GET asks for the code, or leads to where one is set up; POST takes it, and the session gets a new id."""
    if second_factor_given(request):
        return redirect(_next_page(request))
    factors = second_factors_of(person(request))
    if not factors.is_set_up:
        return _with_next(request, "portal:second_factor_set_up")
    form = SecondFactorForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask(request, form)
    try:
        by = give_second_factor(
            user=person(request), typed=form.cleaned_data["code"], language=active_language(), now=now(request)
        )
    except WrongCode:
        form.add_error("code", WRONG)
        return _ask(request, form)
    except TooManyTries:
        return too_many_requests(request, retry_after_seconds=WAIT)
    _let_in(request, by)
    return redirect(_next_page(request))


def _ask(request: HttpRequest, form: SecondFactorForm) -> HttpResponse:
    factors = second_factors_of(person(request))
    facts = {
        "form": form,
        "next": _next_page(request),
        "has_app": factors.has_app,
        "passkey_offered": factors.passkeys and passkeys_work_at(request),
    }
    return render(request, "portal/second_factor.html", facts, status=422 if form.errors else 200)


@at_the_staffs_door("GET", "POST")
def set_up(request: HttpRequest) -> HttpResponse:
    """GET shows the key, the same in every tab; POST takes a code that proves that it has been read."""
    if lacks_second_factor(request):
        return redirect(f"{reverse('portal:second_factor')}?{urlencode({'next': request.get_full_path()})}")
    if second_factor_given(request) and not is_fresh(request):
        return sign_in_again(request)
    form = AppCodeForm(request.POST if request.method == "POST" else None)
    return _prove(request, form) if form.is_valid() else _show_key(request, form)


def _prove(request: HttpRequest, form: AppCodeForm) -> HttpResponse:
    try:
        codes = set_up_second_factor(
            user=person(request), key=_key_to_prove(request), typed=form.cleaned_data["code"], language=active_language(),
            may_replace=second_factor_given(request), now=now(request),
        )  # fmt: skip
    except WrongCode:
        form.add_error("code", WRONG)
        return _show_key(request, form)
    except TooManyTries:
        return too_many_requests(request, retry_after_seconds=WAIT)
    except SetUpAlready:  # in another browser, while this page was open
        return _with_next(request, "portal:second_factor")
    request.session.pop(KEY_TO_PROVE, None)
    _let_in(request, Given.APP)
    _keep_to_show(request, codes)
    return _with_next(request, "portal:recovery_codes")


def _show_key(request: HttpRequest, form: AppCodeForm) -> HttpResponse:
    user, key = person(request), _key_to_prove(request)
    facts = {
        "form": form,
        "picture": square_code(address_of(key, email=user.email), label=in_language(QR)),
        "key": " ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        "next": _next_page(request),
        "replaces": second_factor_given(request),
        "passkeys_work": passkeys_work_at(request),
    }
    return render(request, "portal/second_factor_set_up.html", facts, status=422 if form.errors else 200)


@at_the_staffs_door("GET", "POST")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """GET shows codes that were just made, until the person says that they are kept; POST says so, gives them as a file, or
    makes new ones."""
    if not second_factor_given(request):
        return _with_next(request, "portal:second_factor")
    if request.method == "POST" and request.POST.get("action") == "renew":
        return _renew(request)
    codes = _codes_to_show(request)
    if not codes:
        return redirect(_next_page(request))
    match request.POST.get("action"):
        case "download":
            return _file(request, codes)
        case "kept":
            return _kept(request)
    return render(request, "portal/recovery_codes.html", {"codes": codes, "next": _next_page(request)})


def _renew(request: HttpRequest) -> HttpResponse:
    if not is_fresh(request):
        return sign_in_again(request, back=reverse("portal:security"))
    _keep_to_show(request, renew_recovery_codes(user=person(request), language=active_language(), now=now(request)))
    return _with_next(request, "portal:recovery_codes")


def _kept(request: HttpRequest) -> HttpResponse:
    request.session.pop(CODES_TO_SHOW, None)
    messages.success(request, say("二段階のログインの設定が済みました。", "Your second sign-in step has been set up."))
    return redirect(_next_page(request))


def _file(request: HttpRequest, codes: list[str]) -> HttpResponse:
    heading = in_language(
        Text("Sonae 回復コード（それぞれ一度だけ使えます）", "Sonae recovery codes (each works once)")
    )
    text = "\r\n".join([heading, person(request).email, "", *codes, ""])
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="sonae-recovery-codes.txt"'
    return response


def _let_in(request: HttpRequest, by: Given) -> None:
    """From this moment the session can do more, so it gets a new id: the one before opens nothing."""
    request.session.cycle_key()
    remember_second_factor(request, user_id=person(request).pk, by=by)


def _key_to_prove(request: HttpRequest) -> str:
    """The key on this session's page of setting up, this person's own; drawn when it is first asked for."""
    kept, purpose = request.session.get(KEY_TO_PROVE, ""), f"to prove:{purpose_of(person(request))}"
    try:
        return unseal(kept, purpose=purpose)
    except Unreadable:
        key = draw_key()
        request.session[KEY_TO_PROVE] = seal(key, purpose=purpose)
        return key


def _keep_to_show(request: HttpRequest, codes: list[str]) -> None:
    request.session[CODES_TO_SHOW] = seal(" ".join(codes), purpose=f"to show:{person(request).pk}")


def _codes_to_show(request: HttpRequest) -> list[str]:
    """In two groups of four, as people write them down; none once they are kept."""
    try:
        codes = unseal(request.session.get(CODES_TO_SHOW, ""), purpose=f"to show:{person(request).pk}").split()
    except Unreadable:
        return []
    return [f"{code[:4]} {code[4:]}" for code in codes]


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if is_own_address(wanted) else reverse("desk:home")


def _with_next(request: HttpRequest, name: str) -> HttpResponse:
    return redirect(f"{reverse(name)}?{urlencode({'next': _next_page(request)})}")
