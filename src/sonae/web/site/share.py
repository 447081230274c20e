"""Pictures for other people's pages and for the browser itself: what is shown where a page is shared, and the mark as an icon."""

from __future__ import annotations

import struct
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from sonae.apps.documents.rendering import paper_press
from sonae.web.shared.brand import GROUND, NAME, SHORT_NAME, THEME
from sonae.web.shared.language import active_language, say
from sonae.web.shared.public_pages import LANGUAGES
from sonae.web.shared.share_pictures import find_page, share_address, share_picture, share_version

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"
TAB = 48  # dots of the picture inside favicon.ico
APPLE = 180
ICONS = {"mark-192": (192, False), "mark-512": (512, False), "cut-192": (192, True), "cut-512": (512, True)}


@require_safe
def share(request: HttpRequest, name: str) -> HttpResponse:
    """GET /share/<page>-<language>-<version>.png; the address of an older picture leads to the one of today."""
    slug, _, rest = name.rpartition("-")[0].rpartition("-")
    page = find_page(slug)
    if page is None or rest not in LANGUAGES:
        raise Http404
    if name.rpartition("-")[2] != share_version(page):
        return HttpResponseRedirect(share_address(page, rest))
    return _png(share_picture(page, rest), FOR_GOOD)


@require_safe
def icon(request: HttpRequest, name: str) -> HttpResponse:
    """GET /icons/<name>.png"""
    if name not in ICONS:
        raise Http404
    return _png(_mark(*ICONS[name]), FOR_A_DAY)


@require_safe
def apple_touch_icon(request: HttpRequest) -> HttpResponse:
    """GET /apple-touch-icon.png, where telephones look for it."""
    return _png(_mark(APPLE, True), FOR_A_DAY)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """GET /favicon.ico, where browsers look that don't read the page's head."""
    return _kept(HttpResponse(as_ico(_mark(TAB, False), TAB), content_type="image/x-icon"), FOR_A_DAY)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """GET /site.webmanifest: name, colours and icons for who keeps the site on a home screen."""
    facts = {
        "name": f"{NAME} {say('中小企業の団体サイバー保険', 'group cyber insurance')}",
        "short_name": SHORT_NAME,
        "lang": active_language(),
        "start_url": reverse("site:home"),
        "scope": "/",
        "display": "browser",
        "theme_color": THEME,
        "background_color": GROUND,
        "icons": [
            {
                "src": icon_address(name),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "maskable" if bleed else "any",
            }
            for name, (size, bleed) in ICONS.items()
        ],
    }
    answer = JsonResponse(facts, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
    return _kept(answer, FOR_A_DAY)


def icon_address(name: str) -> str:
    """One address for both languages."""
    with override("ja"):
        return reverse("site:icon", args=[name])


def as_ico(png: bytes, size: int) -> bytes:
    """A PNG in the wrapping that is called favicon.ico: one picture, 32 bits a dot."""
    header = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), len(header) + 16)
    return header + entry + png


@lru_cache(maxsize=8)
def _mark(size: int, bleed: bool) -> bytes:
    facts: dict[str, object] = {"size": size, "bleed": "yes" if bleed else "no"}
    return paper_press().picture(template="icon", facts=facts, language="ja")


def _png(picture: bytes, cache_control: str) -> HttpResponse:
    return _kept(HttpResponse(picture, content_type="image/png"), cache_control)


def _kept(answer: HttpResponse, cache_control: str) -> HttpResponse:
    answer.headers["Cache-Control"] = cache_control
    return answer
