"""Passkeys as allauth keeps them: for this site's name, on the device, opened by fingerprint, face or PIN."""

from __future__ import annotations

import ipaddress
import json
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.conf import settings
from django.http import HttpRequest

from sonae.apps.parties.models import User

MOST = 10  # for one person
MOST_LETTERS = 20_000  # of what a browser sends; a passkey needs about two thousand
NOT_READ = (ValueError, TypeError, KeyError, AttributeError, forms.ValidationError)


class NotAPasskey(Exception):
    """What the browser sent is no passkey of ours, or not in answer to what was asked."""


def passkey_host() -> str:
    """The name that passkeys belong to: the host of the site's address. The demo's numeric address has none, localhost has."""
    host = urlsplit(settings.SONAE_SITE_ADDRESS).hostname or ""
    try:
        return "localhost" if ipaddress.ip_address(host).is_loopback else host
    except ValueError:
        return host


def passkeys_work_at(request: HttpRequest) -> bool:
    """Whether the page was opened under that name; a browser offers no passkey under another."""
    host = request.get_host().partition(":")[0]
    return host == passkey_host() or host.endswith(f".{passkey_host()}")


class PasskeyAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """What allauth asks of the site."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """From the settings and never from the request, which could name another host."""
        return {"id": passkey_host(), "name": "Sonae 備え"}

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """allauth's own mails are not sent: our notices say it in our words."""


def registration_options(user: User) -> str:
    """What the browser is asked to make: kept on the device, and opened only by whoever it belongs to. JSON."""
    return json.dumps(_plain(auth.begin_registration(user, True)))


def add_passkey(user: User, *, name: str, answer: str) -> Authenticator:
    """The passkey that the browser has made in answer to the options. Raises ``NotAPasskey``."""
    credential = _read(answer)
    try:
        auth.parse_registration_response(credential)
        binding = auth.complete_registration(credential)
        if not binding.is_user_verified():
            raise NotAPasskey("nobody was asked for fingerprint, face or PIN")
    except NOT_READ as error:
        raise NotAPasskey(type(error).__name__) from error
    return auth.WebAuthn.add(user, name, credential).instance


def sign_in_options() -> str:
    """What the browser is asked to prove, whoever it is. JSON."""
    return json.dumps(_plain(auth.begin_authentication(None)))


def person_of(answer: str) -> User:
    """Whose passkey has answered; the challenge is used up. Raises ``NotAPasskey``."""
    credential = _read(answer)
    try:
        auth.parse_authentication_response(credential)
        user = auth.extract_user_from_response(credential)
        found = auth.complete_authentication(user, credential)
    except NOT_READ as error:
        raise NotAPasskey(type(error).__name__) from error
    finally:
        auth.clear_state()
    found.record_usage()
    return user  # type: ignore[no-any-return]  # allauth ships no types


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > MOST_LETTERS:
        raise NotAPasskey("too long")
    try:
        credential = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise NotAPasskey("no JSON") from error
    if not isinstance(credential, dict):
        raise NotAPasskey("no object")
    return credential


def _plain(value: Any) -> Any:
    """As plain JSON: the library hands out objects that behave like dictionaries."""
    if isinstance(value, (str, int, bool, type(None))):
        return value
    if hasattr(value, "items"):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    return [_plain(one) for one in value]
