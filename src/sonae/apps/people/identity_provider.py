"""What the organiser's sign-on has to offer. How it is spoken to is a matter of ``integrations/openid``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the browser is sent, and what must be known again when it comes back. Kept in the session."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says of the person, checked: who signed it, for whom, when, and in answer to which beginning."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    number: str
    member_class: str


class ProviderUnavailable(Exception):
    """The provider did not answer, or not in time. Nothing is known."""


class ProviderRefused(Exception):
    """What the provider, or somebody in its name, answered is not to be believed; the message says why, for the log."""


class IdentityProvider(Protocol):
    """The organiser's sign-on. Both may raise ``ProviderUnavailable`` and ``ProviderRefused``."""

    def begin(self, *, return_address: str) -> Beginning: ...

    def finish(self, *, beginning: Beginning, code: str, return_address: str) -> Claims: ...


def find_identity_provider() -> IdentityProvider | None:
    """The provider that the settings name; None where none is set up."""
    if not settings.SONAE_OIDC_ISSUER:
        return None
    return cast(IdentityProvider, import_string(settings.SONAE_IDENTITY_PROVIDER)())
