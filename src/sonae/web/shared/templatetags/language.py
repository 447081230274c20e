"""``{% say "日本語" "English" %}``, ``{% ja %}…{% en %}…{% endja %}``, ``{{ text|in_language }}``
and the other language's address."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.urls import translate_url
from django.utils.safestring import SafeString

from sonae.domain.text import Text
from sonae.web.shared import language

register = template.Library()


@register.simple_tag
def say(ja: str, en: str) -> str:
    """One of two short strings. A language is never missing: both arguments are required."""
    return en if language.active_language() == "en" else ja


@register.filter
def in_language(text: Text | str | None) -> str:
    """A ``Text`` in the active language. A plain string stays as it is, None becomes empty."""
    if text is None:
        return ""
    return language.in_language(text) if isinstance(text, Text) else str(text)


class LanguageBlock(template.Node):
    """Holds both blocks and renders one of them."""

    def __init__(self, ja: NodeList, en: NodeList) -> None:
        self.ja, self.en = ja, en
        self.child_nodelists = ("ja", "en")

    def render(self, context: Context) -> SafeString:
        return (self.en if language.active_language() == "en" else self.ja).render(context)


@register.tag("ja")
def language_block(parser: Parser, token: Token) -> LanguageBlock:
    """``{% ja %}…{% en %}…{% endja %}``. Without ``{% en %}`` the template doesn't compile."""
    ja = parser.parse(("en", "endja"))
    if parser.next_token().contents.strip() == "endja":
        raise template.TemplateSyntaxError(f"line {token.lineno}: {{% ja %}} without its {{% en %}}")
    en = parser.parse(("endja",))
    parser.delete_first_token()
    return LanguageBlock(ja, en)


@register.simple_tag
def active_language() -> str:
    """``ja`` or ``en``, for ``lang`` attributes and scripts."""
    return language.active_language()


@register.simple_tag(takes_context=True)
def other_language_address(context: Context) -> str:
    """This very page in the other language; that language's first page where this one has no address of its own."""
    wanted = "ja" if language.active_language() == "en" else "en"
    first_page = f"/{wanted}/" if wanted != settings.LANGUAGE_CODE else "/"
    request: Any = context.get("request")
    if request is None:
        return first_page
    here = request.get_full_path()
    there = translate_url(here, wanted)
    return first_page if there == here else there
