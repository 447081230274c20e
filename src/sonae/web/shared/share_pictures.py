"""The picture that is shown where a page's address is shared: drawn by the press, once a process, with the site's own street."""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from sonae.apps.documents.rendering import paper_press
from sonae.domain.text import Text
from sonae.web.shared.public_pages import LANGUAGES, PAGES

WIDTH, HEIGHT = 1200, 630
STREET_WIDTH = 816  # the storehouse's eaves reach over the edge that the street has on a page
NOTE = Text("中小企業の団体サイバー保険", "Group cyber insurance for small businesses")
CSS = Path(__file__).with_name("static") / "sonae" / "css"


def share_address(page: str, language: str) -> str:
    """The whole address of the page's picture. It changes with the picture, so that it can be kept for good."""
    with override("ja"):  # pictures have one address, whatever the language
        path = reverse("site:share_picture", args=[f"{_slug(page)}-{language}-{share_version(page)}"])
    return f"{settings.SONAE_SITE_ADDRESS}{path}"


@cache
def share_version(page: str) -> str:
    """Another one whenever the title, the drawing or the press's templates are another."""
    title = PAGES[page]
    parts = (title.ja, title.en, NOTE.ja, NOTE.en, street(), paper_press().edition)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def find_page(slug: str) -> str | None:
    """The page that a picture's address names."""
    return next((page for page in PAGES if _slug(page) == slug), None)


@lru_cache(maxsize=64)
def share_picture(page: str, language: str) -> bytes:
    """The PNG. KeyError for a page that isn't public."""
    if language not in LANGUAGES:
        raise KeyError(language)
    title = PAGES[page]
    facts: dict[str, object] = {
        "title": {"ja": title.ja, "en": title.en},
        "note": {"ja": NOTE.ja, "en": NOTE.en},
        "street": street(),
    }
    return paper_press().picture(template="share", facts=facts, language=language)


@cache
def street() -> str:
    """The street of the first page as a file of its own: its style sheet inside, the colours' names followed down."""
    colours = dict(re.findall(r"--(\w[\w-]*):([^;]+);", (CSS / "tokens.css").read_text()))
    style = (CSS / "illustrations.css").read_text()
    while "var(--" in style:
        style = re.sub(r"var\(--([\w-]+)\)", lambda found: colours[found[1]].strip(), style)
    with override("ja"):  # whoever asks first, the picture is the same
        drawing = render_to_string("shared/pictures/street.html").strip()
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{STREET_WIDTH}" height="360" viewBox="0 0 {STREET_WIDTH} 360"'
    )
    return opening + f"><style>{style}</style>" + drawing.partition(">")[2]


def _slug(page: str) -> str:
    return page.partition(":")[2].replace("_", "-")
