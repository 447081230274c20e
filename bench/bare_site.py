"""The yardstick for pages: a Django page that does nothing, in Sonae's own size and on Sonae's own server."""

from __future__ import annotations

import os
import secrets

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

PAGE_BYTES = int(os.environ.get("BARE_PAGE_BYTES", "40000"))
BODY = "<!doctype html><title>bare</title><p>" + "x" * PAGE_BYTES


def page(request: HttpRequest) -> HttpResponse:
    """The same bytes every time."""
    return HttpResponse(BODY)


urlpatterns = [path("", page)]

if not settings.configured:
    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["127.0.0.1"],
        SECRET_KEY=secrets.token_hex(),
        MIDDLEWARE=[],
        LOGGING={"version": 1, "loggers": {"waitress.queue": {"level": "ERROR"}}},  # quiet, as the site has it
    )
application = get_wsgi_application()
