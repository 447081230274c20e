"""How allauth signs people in here: a code of six digits by e-mail, written to our outbox, and nothing else of allauth's."""

from __future__ import annotations

import secrets
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.record import record
from sonae.apps.documents.outbox import write_mail
from sonae.apps.parties.models import User
from sonae.apps.people.models import SignIn
from sonae.apps.people.use_cases.give_second_factor import Given
from sonae.apps.people.use_cases.note_sign_in import note_sign_in
from sonae.web.portal.fresh import fresh_from
from sonae.web.portal.sign_in_mail import sign_in_mail
from sonae.web.shared.client import client_of
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now
from sonae.web.shared.own_address import is_own_address
from sonae.web.shared.staff_door import remember_second_factor

CODE_DIGITS = 6


def sign_in_person(request: HttpRequest, user: User, *, way: str, next_page: str = "") -> HttpResponse:
    """Let in somebody who has proved who they are by other means than the code: the same door, and the same refusals."""
    adapter = SignInAdapter(request)
    if not user.is_active:
        return adapter.respond_user_inactive(request, user)
    request.sonae_way = way  # type: ignore[attr-defined]  # read a few lines below, when the sign-in is written down
    adapter.login(request, user)
    if way == SignIn.Way.PASSKEY:  # opened by fingerprint, face or PIN: the device and what its owner is or knows
        remember_second_factor(request, user_id=user.pk, by=Given.PASSKEY)
    return redirect(next_page if adapter.is_safe_url(next_page) else "portal:home")


def remember_sign_in(request: HttpRequest, user: User) -> None:
    """Where and how the person signed in, and when, for what needs a fresh sign-in."""
    fresh_from(request)
    note_sign_in(
        user=user,
        session_key=request.session.session_key or "",
        user_agent=request.headers.get("User-Agent", ""),
        network=client_of(request),
        way=getattr(request, "sonae_way", SignIn.Way.CODE),
        language=active_language(),
        now=now(request),
    )


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Everything that allauth asks the site to decide."""

    def generate_login_code(self) -> str:
        """Six digits: with five tries a code and ten codes an hour, guessing takes years."""
        return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The only mail there is: the sign-in code. It goes the way of all our mails."""
        language = active_language()
        subject, body = sign_in_mail(code=context["code"], language=language)
        write_mail(
            key=f"sign-in:{secrets.token_hex(16)}",
            recipient=email,
            subject=subject,
            body=body,
            language=language,
            now=now(self.request),
        )

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """allauth's own notices are not shown: our pages say in our words where the person stands."""

    def get_login_stages(self) -> list[str]:
        """The code is the proof of the address; there is no second mail to confirm it."""
        return ["allauth.account.stages.LoginByCodeStage"]

    def is_safe_url(self, url: str | None) -> bool:
        """After signing in only addresses of this very site are followed, and only written without a host."""
        return is_own_address(url or "")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """The session gets a new id (Django sees to it), the audit log a line, and the person's list of sign-ins a row."""
        super().login(request, user)
        record(
            now=now(request), actor=f"user:{user.pk}", action="user.signed_in", object_kind="user", object_id=user.pk
        )
        remember_sign_in(request, cast(User, user))

    def respond_user_inactive(
        self, request: HttpRequest, user: AbstractBaseUser
    ) -> HttpResponse:  # allauth's signature
        """Told only to the one who holds the code, so nobody else learns that the account exists."""
        messages.error(
            request,
            say(
                "このメールアドレスは、いま使えません。電話でお尋ねください。",
                "This e-mail address can’t be used at the moment. Please call us.",
            ),
        )
        return redirect("portal:sign_in")
