"""``@kept_page``: a page that follows from product, day, language and the window's hours alone is drawn once, kept and sent again.

It is kept for nobody's request but a stranger's: no session, no waiting message, no question in the address. And only what came
out for everybody is kept: no cookie, no token of a form. Which product rules is asked of the database each time, so a version
that is published or a year that is opened is on the next page. docs/decisions/what-is-kept-and-compressed.md says more.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from sonae.web.shared.compression import takes_gzip
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import active_language
from sonae.web.shared.moment import now, today
from sonae.web.shared.window import window_now

View = Callable[..., HttpResponse]
MOST = 160  # the page that was not asked for longest makes room
MESSAGES = "messages"  # the cookie in which a message waits for the next page


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it goes over the wire, packed and unpacked."""

    body: bytes
    packed: bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, response: HttpResponse) -> KeptPage:
        body = response.content
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'  # weak: the same page, packed or not
        return cls(body, gzip.compress(body, 9, mtime=0), response.headers["Content-Type"], etag)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """In full, or 304 to a browser that has it."""
        packed = takes_gzip(request)
        response = HttpResponse(self.packed if packed else self.body, content_type=self.content_type)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["ETag"] = self.etag
        response.headers["Cache-Control"] = "no-cache"  # kept by whoever likes, asked for again each time
        patch_vary_headers(response, ("Accept-Encoding", "Accept-Language", "Cookie"))
        conditional = get_conditional_response(request, etag=self.etag, response=response)
        return response if conditional is None else conditional


class KeptPages:
    """The pages that this process keeps."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[Any, ...], KeptPage] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: tuple[Any, ...]) -> KeptPage | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def keep(self, key: tuple[Any, ...], page: KeptPage) -> None:
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)

    def forget(self) -> None:
        """All of them; for tests, which change what never changes while a server runs."""
        with self._lock:
            self._pages.clear()

    def __len__(self) -> int:
        return len(self._pages)


KEPT = KeptPages()


def kept_page(view: View) -> View:
    """For a view whose page depends on its address, product, day, language and whether the window is open, and on nothing else."""

    @wraps(view)
    def answer(request: HttpRequest, *arguments: str, **named: str) -> HttpResponse:
        if not is_a_strangers(request):
            return view(request, *arguments, **named)
        key = _key(request)
        if key is None:
            return view(request, *arguments, **named)
        page = KEPT.find(key)
        if page is None:
            response = view(request, *arguments, **named)
            if not is_for_everybody(request, response):
                return response
            page = KeptPage.of(response)
            KEPT.keep(key, page)
        return page.answer(request)

    return answer


def is_a_strangers(request: HttpRequest) -> bool:
    """Whether nothing in the request says who asks, or asks for anything but the page."""
    return (
        request.method in ("GET", "HEAD")
        and not request.META.get("QUERY_STRING")
        and "HX-Request" not in request.headers
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and MESSAGES not in request.COOKIES
    )


def is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the page that came out may be shown to anybody."""
    return (
        response.status_code == 200
        and not response.cookies
        and not response.streaming
        and "Cache-Control" not in response.headers
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META  # set as soon as a token has been written into the page
    )


def _key(request: HttpRequest) -> tuple[Any, ...] | None:
    """What the page follows from; None where no scheme year says which product rules."""
    programme = programme_of(request)
    product = programme.current_product
    if product is None:
        return None
    years = tuple((version.term, version.digest) for version in programme.versions)
    ruling = product.effective_date
    window = window_now(product.contact, now(request))  # every page may say whether somebody answers the telephone
    return (
        request.path, active_language(), today(request), years, ruling, window, settings.SONAE_SITE_ADDRESS, settings.SONAE_DEMO
    )  # fmt: skip
