"""Who sends a request: the network address under which tries are counted."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_of(request: HttpRequest) -> str:
    """The client's address. Behind our own proxy it is the last entry of the header that the proxy writes; a header that
    the client wrote itself changes nothing."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return str(forwarded).rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
