"""``{% say "日本語" "English" %}``, ``{% ja %}…{% en %}…{% endja %}``, ``{{ text|in_language }}``
and the other language's address."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.conf import settings
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.urls import translate_url
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString

from sonae.domain.text import Text
from sonae.web.shared import language

register = template.Library()
KATAKANA_BEFORE_KANJI = re.compile("(?<=[\u30a1-\u30fc])(?=[\u4e00-\u9fff])")
JAPANESE_WORDS = re.compile("([\u3005\u3007\u3040-\u30ff\u3400-\u9fff]+)")


class Saying(template.Node):
    """Two short strings, of which one is said; or kept under a name."""

    def __init__(self, ja: SafeString, en: SafeString, name: str) -> None:
        self.ja, self.en, self.name = ja, en, name

    def render(self, context: Context) -> SafeString:
        said = self.en if language.active_language() == "en" else self.ja
        if not self.name:
            return said
        context[self.name] = said
        return SafeString("")


@register.tag
def say(parser: Parser, token: Token) -> Saying:
    """``{% say "日本語" "English" %}`` or ``{% say "日本語" "English" as title %}``. A language is never missing."""
    _, *words = token.split_contents()
    name = words[3] if len(words) == 4 and words[2] == "as" else ""
    texts = [parser.compile_filter(word).resolve(Context()) for word in words[:2] if word[0] == word[-1] == '"']
    if len(texts) != 2 or len(words) != (4 if name else 2):
        raise template.TemplateSyntaxError(f'line {token.lineno}: expected {{% say "日本語" "English" %}}')
    return Saying(texts[0], texts[1], name)


@register.filter
def in_language(text: Text | str | None) -> str:
    """A ``Text`` in the active language. A plain string stays as it is, None becomes empty."""
    if text is None:
        return ""
    return language.in_language(text) if isinstance(text, Text) else str(text)


@register.filter
def clauses(text: Text | str | None) -> SafeString:
    """The text, with a line ending after a comma if it has to end at all: for opening hours and the like."""
    said = in_language(text)
    parts = re.split(r"(?<=、)|(?<=,) ", said)
    between = " " if ", " in said else ""  # within a phrase of its own, a blank at the end would be lost
    return format_html_join(between, '<span class="phrase">{}</span>', ((part,) for part in parts if part))


@register.filter
def japanese_marked(text: str) -> SafeString:
    """The text; Japanese words in it are marked as such on an English page, so that a voice reads them as Japanese."""
    shown = conditional_escape(text)
    if language.active_language() != "en":
        return shown
    return SafeString(JAPANESE_WORDS.sub(r'<span lang="ja">\1</span>', shown))


@register.filter
def breakable(text: Text | str | None) -> SafeString:
    """A name in the active language that may end a line where katakana meet kanji: サイバーリスク｜総合支援サービス.

    Browsers take such a compound for one phrase, and where it is longer than its line leave its last sign alone.
    """
    return SafeString(KATAKANA_BEFORE_KANJI.sub("<wbr>", conditional_escape(in_language(text))))


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
