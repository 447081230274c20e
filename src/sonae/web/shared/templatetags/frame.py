"""What the page frame is made of: style and script files, icons, the mark, notices."""

from __future__ import annotations

from functools import cache, lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sonae.web.shared import styles as style_files
from sonae.web.shared.icons import ICONS

register = template.Library()

HTMX_FILE = "django_htmx/htmx-2.min.js"
HTMX = (
    '{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true}'  # nothing inline, as the policy asks
)
NOTICE_ICONS = {"info": "info", "success": "done", "warning": "warning", "danger": "danger", "quiet": "info"}


@register.simple_tag
@cache
def styles(*bundles: str) -> SafeString:
    """``{% styles "forms" "plans" %}``: links to the style files of those parts. KeyError for an unknown one."""
    return format_html_join(
        "\n",
        '<link rel="stylesheet" href="{}">',
        ((static(f"sonae/css/{name}.css"),) for name in style_files.files_of(*bundles)),
    )


@register.simple_tag
def print_styles() -> SafeString:
    """The style file for paper; stands last so that it wins."""
    return format_html('<link rel="stylesheet" media="print" href="{}">', static(f"sonae/css/{style_files.PRINT}.css"))


@register.simple_tag
@cache
def script(name: str) -> SafeString:
    """``{% script "sales-echo" %}``: one behaviour, one file. ``htmx`` is the packaged library, kept within the policy."""
    if name == "htmx":
        return format_html(
            '<meta name="htmx-config" content="{}"><script src="{}" defer></script>', HTMX, static(HTMX_FILE)
        )
    return format_html('<script src="{}" defer></script>', static(f"sonae/js/{name}.js"))


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, label: str = "") -> SafeString:
    """``{% icon "phone" %}``: decoration beside words; with a label it speaks for itself. KeyError for an unknown one."""
    shapes = mark_safe(ICONS[name])  # noqa: S308  # our own shapes, from icons.py
    if label:
        return format_html('<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', label, shapes)
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', shapes)


@register.inclusion_tag("shared/parts/brand.html", takes_context=True)
def brand(context: template.Context, note: str = "", dark: bool = False) -> dict[str, object]:
    """The mark and the name, leading home. ``dark`` on the footer's ground."""
    return {"note": note, "edge": "#ffffff" if dark else "#1b2225"}


@register.simple_block_tag
def notice(content: str, kind: str, title: str, role: str = "") -> SafeString:
    """``{% notice "warning" "満期まで30日です" %}<p>…</p>{% endnotice %}``: info, success, warning, danger or quiet."""
    return format_html(
        '<div class="notice {}"{}>{}<b>{}</b>{}</div>',
        kind,
        format_html(' role="{}"', role) if role else "",
        icon(NOTICE_ICONS[kind]),
        title,
        content,
    )
