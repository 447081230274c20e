"""The headers that every answer carries: where scripts and forms may come from and go to, and what may be kept."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def content_security_policy() -> str:
    """Nothing inline, nothing from elsewhere. A form may lead on to the card processor's page and the organiser's sign-on alone."""
    pages = " ".join([*settings.SONAE_CARD_PAGE_ORIGINS, *sign_on_origins()])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"form-action 'self' {pages}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; manifest-src 'self'"
    )


def sign_on_origins() -> list[str]:
    """Where the organiser's sign-in page stands; nowhere while none is set up."""
    if not settings.SONAE_OIDC_ISSUER:
        return []
    issuer = urlsplit(settings.SONAE_OIDC_ISSUER)
    return list(settings.SONAE_OIDC_PAGE_ORIGINS) or [f"{issuer.scheme}://{issuer.netloc}"]


class SecurityHeaders:
    """Adds the headers that Django's own security middleware doesn't know. A signed-in person's pages are never stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = content_security_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if _may_be_somebodys(request):
            response.headers["Cache-Control"] = "no-store"
        return response


def _may_be_somebodys(request: HttpRequest) -> bool:
    """Whether the page is of a person who has signed in. While the database is away nobody knows, so it may be."""
    user = getattr(request, "user", None)
    try:
        return user is not None and user.is_authenticated
    except (OperationalError, InterfaceError):
        return True
