"""``{% page_head %}title{% described %}description{% endpage_head %}``: what a page tells search engines and whoever shares it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import override

from sonae.web.shared.brand import NAME, THEME
from sonae.web.shared.language import active_language
from sonae.web.shared.public_pages import PublicPage, is_public, picture_of
from sonae.web.shared.share_pictures import HEIGHT, WIDTH, share_address

register = template.Library()

LOCALES = {"ja": "ja_JP", "en": "en_GB"}


class PageHead(template.Node):
    """Title and description are blocks that each page fills; here they are said wherever they are asked for."""

    child_nodelists = ("title", "description")

    def __init__(self, title: NodeList, description: NodeList) -> None:
        self.title, self.description = title, description

    def render(self, context: Context) -> SafeString:
        said = one_line(self.title.render(context))
        facts: dict[str, Any] = {
            "said": said,
            "title": SafeString(f"{said}｜{NAME}"),
            "description": one_line(self.description.render(context)),
            "theme": THEME,
            "site_name": NAME,
            **icon_addresses(),
            **_sharing(context),
        }
        engine: Any = context.template
        return SafeString(engine.engine.get_template("shared/parts/page_head.html").render(context.new(facts)))


def _sharing(context: Context) -> dict[str, Any]:
    """Where the page is found and its picture; nothing for a page that is one person's, an answer, or a fault."""
    request: Any = context.get("request")
    match = getattr(request, "resolver_match", None)
    if match is None or "standing_alone" in context or not is_public(match.view_name):
        return {}
    if request.method not in ("GET", "HEAD") or request.GET:
        return {}
    language = active_language()
    page = PublicPage.of(match.view_name, match.kwargs)
    return {
        "page": page,
        "address": page.addresses[language],
        "locale": LOCALES[language],
        "other_locale": LOCALES["ja" if language == "en" else "en"],
        "picture": share_address(picture_of(match.view_name), language),
        "width": WIDTH,
        "height": HEIGHT,
    }


@cache
def icon_addresses() -> dict[str, str]:
    """One address for both languages, so that a browser keeps one."""
    with override("ja"):
        return {"favicon": reverse("site:favicon"), "apple_touch_icon": reverse("site:apple_touch_icon")}


def one_line(markup: str) -> SafeString:
    """The words alone, fit for an attribute. What was escaped stays escaped."""
    return SafeString(" ".join(strip_tags(markup).split()).replace('"', "&quot;"))


@register.tag("page_head")
def page_head(parser: Parser, token: Token) -> PageHead:
    """``{% page_head %}{% block title %}{% endblock %}{% described %}{% block description %}{% endblock %}{% endpage_head %}``"""
    title = parser.parse(("described",))
    parser.delete_first_token()
    description = parser.parse(("endpage_head",))
    parser.delete_first_token()
    return PageHead(title, description)
