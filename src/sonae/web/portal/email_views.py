"""/portal/security/email/: moving to another sign-in address, one code from each of the two."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sonae.apps.people.models import EmailChange
from sonae.apps.people.queries import find_email_change
from sonae.apps.people.use_cases.change_email import (
    NoChange,
    TooManyTries,
    WrongCode,
    ask_email_change,
    give_code,
    leave_email_change,
)
from sonae.web.portal.code_field import WRONG_CODE, CodeField
from sonae.web.portal.fresh import freshly_signed_in
from sonae.web.shared.access import person, signed_in
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now
from sonae.web.shared.text_fields import email_field


class NewEmailForm(forms.Form):
    """Where the person wants to move."""

    email = email_field(
        say("新しいメールアドレス", "New e-mail address"),
        say("新しいメールアドレスを入れてください。", "Please enter the new e-mail address."),
    )


class ChangeCodeForm(forms.Form):
    """The code of the newest mail."""

    code = CodeField(label=say("確認コード", "Code"))


@signed_in("GET", "POST")
@freshly_signed_in
def email(request: HttpRequest) -> HttpResponse:
    """Ask for the new address; then for the code of the old one; then for the code of the new one."""
    change = find_email_change(user=person(request), now=now(request))
    if request.method != "POST":
        return _show(request, change, ChangeCodeForm() if change else NewEmailForm())
    if request.POST.get("action") == "leave":
        leave_email_change(user=person(request))
        return redirect("portal:security")
    return _take_code(request, change) if change else _ask(request)


def _ask(request: HttpRequest) -> HttpResponse:
    if "email" not in request.POST:
        messages.info(
            request, say("手続きの時間が過ぎました。もう一度お願いします。", "That took too long. Please begin again.")
        )
        return redirect("portal:email")
    form = NewEmailForm(request.POST)
    if form.is_valid() and form.cleaned_data["email"].lower() == person(request).email:
        form.add_error("email", say("いまと同じメールアドレスです。", "This is your address already."))
    if not form.is_valid():
        return _show(request, None, form, status=422)
    try:
        ask_email_change(
            user=person(request),
            new_email=form.cleaned_data["email"],
            language=active_language(),
            now=now(request),
        )
    except TooManyTries:
        return too_many_requests(request, retry_after_seconds=3600)
    return redirect("portal:email")


def _take_code(request: HttpRequest, change: EmailChange) -> HttpResponse:
    form = ChangeCodeForm(request.POST)
    if not form.is_valid():
        return _show(request, change, form, status=422)
    try:
        after = give_code(
            user=person(request),
            code=form.cleaned_data["code"],
            session_key=request.session.session_key or "",
            language=active_language(),
            now=now(request),
        )
    except WrongCode:
        form.add_error("code", WRONG_CODE)
        return _show(request, change, form, status=422)
    except (NoChange, TooManyTries):
        messages.error(
            request, say("この手続きは終わりました。はじめからお願いします。", "This is over. Please begin again.")
        )
        return redirect("portal:security")
    if after.stage != EmailChange.Stage.DONE:
        return redirect("portal:email")
    update_session_auth_hash(request, after.user)
    messages.success(request, say("メールアドレスを変えました。", "Your e-mail address has been changed."))
    return redirect("portal:security")


def _show(request: HttpRequest, change: EmailChange | None, form: forms.Form, *, status: int = 200) -> HttpResponse:
    facts: dict[str, Any] = {"form": form, "change": change, "email": person(request).email}
    return render(request, "portal/email.html", facts, status=status)
