"""The two pages of signing in, and signing out. The same page and the same mail for every address, known or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.parties.models import User
from sonae.apps.parties.use_cases.enter_user import enter_user
from sonae.web.portal.code_field import WRONG_CODE, CodeField
from sonae.web.portal.passkeys import passkeys_work_at
from sonae.web.shared.client import client_of
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import say
from sonae.web.shared.moment import now
from sonae.web.shared.text_fields import email_field

HOUR = timedelta(hours=1)
CODE_IS_OVER = say(
    "コードの有効な時間が過ぎています。もう一度メールアドレスを入れてください。",
    "The code is too old. Please enter your e-mail address again.",
)
TOO_MANY_TRIES = say(
    "コードの入力が5回とも違っていたため、このコードは使えなくなりました。もう一度お送りします。",
    "The code was wrong five times, so it no longer works. We will send you another.",
)
METHODS = ["get", "head", "post"]
CODES_OF_A_NETWORK = 3  # times as many as for one e-mail: a whole office may sit behind one address


class EmailForm(forms.Form):
    """One question: where shall the code go?"""

    _user: User  # where allauth's view looks for it

    email = email_field(
        say("メールアドレス", "E-mail address"),
        help_text=say(
            "このアドレスに6桁のコードを送ります。パスワードは要りません。",
            "We send a code of six digits there. You need no password.",
        ),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CodeForm(forms.Form):
    """The code of the newest mail."""

    code = CodeField(label=say("ログインコード", "Sign-in code"))

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        self.expected = code
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        typed = str(self.cleaned_data["code"])
        if not self.expected or typed != self.expected:
            raise forms.ValidationError(WRONG_CODE)
        return typed


class SignIn(RequestLoginCodeView):  # type: ignore[misc]  # allauth ships no types
    """Ask for the address, send the code."""

    template_name = "portal/sign_in.html"
    http_method_names = METHODS

    def get_form_class(self) -> type[forms.Form]:
        return EmailForm

    def form_valid(self, form: EmailForm) -> HttpResponse:
        """Counted by e-mail and by network address before anything else happens, whether the address is known or not."""
        moment, email = now(self.request), form.cleaned_data["email"]
        sender = client_of(self.request)
        most = settings.SONAE_SIGN_IN_CODES_AN_HOUR
        allowed = [
            allow(key=f"code:{kind}", most=most * share, within=HOUR, now=moment)
            for kind, share in ((f"address:{email}", 1), (f"sender:{sender}", CODES_OF_A_NETWORK))
        ]
        if not all(allowed):
            return too_many_requests(self.request, retry_after_seconds=int(HOUR.total_seconds()))
        form._user = enter_user(email=email, now=moment)
        return cast(HttpResponse, super().form_valid(form))

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return cast(HttpResponse, self.render_to_response(self.get_context_data(form=form), status=422))

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        """Past allauth's own, which names addresses that don't exist here."""
        known = super(RequestLoginCodeView, self).get_context_data(**facts)
        ways = {"sign_on": bool(settings.SONAE_OIDC_ISSUER), "passkeys_work": passkeys_work_at(self.request)}
        return {**known, **ways}

    def get_success_url(self) -> str:
        if self.request.user.is_authenticated:
            return str(self.get_next_url() or reverse("portal:home"))
        return str(self.passthrough_next_url(reverse("portal:sign_in_code")))

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: object) -> None:  # allauth's signature
        """Whoever comes back to this page wants to give the address again, so the waiting code doesn't send them on."""


@method_decorator(never_cache, name="dispatch")
class SignInCode(ConfirmLoginCodeView):  # type: ignore[misc]  # allauth ships no types
    """Take the code: five tries, ten minutes."""

    template_name = "portal/sign_in_code.html"
    http_method_names = METHODS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """allauth's own dispatch would lead to addresses of its own, which don't exist here."""
        if request.user.is_authenticated:
            return redirect(self.get_next_url() or "portal:home")
        self.stage = LoginStageController.enter(request, LoginByCodeStage.key)
        process: Any = LoginCodeVerificationProcess.resume(self.stage) if self.stage else None
        if process is None:
            messages.info(request, CODE_IS_OVER)
            return redirect(self.passthrough_next_url(reverse("portal:sign_in")))
        self._process = process
        return FormView.dispatch(self, request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Each try is counted in the database before it is looked at: allauth counts in the session, where tries that
        arrive at once don't see each other."""
        most, seconds = settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS, settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT
        key = f"code:tries:{request.session.session_key}:{self._process.state['at']}"
        if not allow(key=key, most=most, within=timedelta(seconds=seconds), now=now(request)):
            self._process.abort()
            return self._too_many_tries()
        return cast(HttpResponseBase, super().post(request, *args, **kwargs))

    def get_form_class(self) -> type[forms.Form]:
        return CodeForm

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        """Past allauth's own, which names addresses that don't exist here."""
        return {**super(ConfirmLoginCodeView, self).get_context_data(**facts), "email": self._process.state["email"]}

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        record(now=now(self.request), actor="visitor", action="user.code_refused", object_kind="user",
               object_id=self._process.user.pk)  # fmt: skip
        if self._process.record_invalid_attempt():
            return cast(HttpResponse, self.render_to_response(self.get_context_data(form=form), status=422))
        return self._too_many_tries()

    def _too_many_tries(self) -> HttpResponse:
        messages.error(self.request, TOO_MANY_TRIES)
        return redirect(self.passthrough_next_url(reverse("portal:sign_in")))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends on the server: its old id opens nothing any more."""
    if request.user.is_authenticated:
        record(now=now(request), actor=f"user:{request.user.pk}", action="user.signed_out", object_kind="user",
               object_id=request.user.pk)  # fmt: skip
    logout(request)
    messages.success(request, say("ログアウトしました。", "You have signed out."))
    return redirect("site:home")
