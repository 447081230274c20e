"""May this caller bring a file at all? Asked by the web server as soon as the head of a request is there, before any of its body.

It says only whether the head is signed by a key that we know. Why not is told by nobody here: without its body the request goes
on to ``feeds.py``, which counts it, writes it down and answers it like every other that isn't heard.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest

from sonae.web.api.feed_signature import NotSigned, check_head
from sonae.web.shared.moment import now

UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")


def may_send_file(*, path: str, query: str, scheme: str, headers: Mapping[str, str]) -> bool:
    """Whether the head of this POST is a known sender's own. ``headers`` are named as WSGI names them, without ``HTTP_``."""
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
            "SERVER_NAME": "", "SERVER_PORT": "", "wsgi.url_scheme": scheme, "wsgi.input": io.BytesIO(),
            **{name if name in UNPREFIXED else f"HTTP_{name}": value for name, value in headers.items()},
        }
    )  # fmt: skip
    try:
        check_head(request, with_file=True, now=now(request))
    except (NotSigned, SuspiciousOperation, BadRequest):
        return False
    return True
