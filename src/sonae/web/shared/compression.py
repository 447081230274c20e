"""Text is packed on its way out, but never a page of somebody's session: its length would tell a listener what stands in it.

docs/decisions/what-is-kept-and-compressed.md says which attack that is and why the rest may be packed.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

WORDS = re.compile(r"(?:text/|application/(?:json|xml|manifest\+json|problem\+json)|image/svg)", re.ASCII)
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:[,\s]|$))", re.ASCII)


def takes_gzip(request: HttpRequest) -> bool:
    """Whether the browser can unpack it."""
    return GZIP.search(request.headers.get("Accept-Encoding", "")) is not None


class Compression(GZipMiddleware):
    """Django's own, which blurs the length with up to a hundred random bytes, for words and for strangers alone."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if _is_of_a_session(request, response) or not WORDS.match(response.headers.get("Content-Type", "")):
            return response
        if isinstance(response, HttpResponse) and not response.has_header("Content-Encoding"):
            return super().process_response(request, response)
        return response


def _is_of_a_session(request: HttpRequest, response: HttpResponseBase) -> bool:
    name = settings.SESSION_COOKIE_NAME
    return name in request.COOKIES or name in response.cookies
