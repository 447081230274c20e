"""Figures as the desk writes them."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sonae.domain.calendar import JAPAN
from sonae.domain.money import format_yen
from sonae.domain.window import day_words
from sonae.web.shared.figures import month_words
from sonae.web.shared.language import active_language

register = template.Library()
UNITS = ((1_000_000, "MB"), (1_000, "KB"))


@register.filter
def grouped(value: int | None) -> str:
    """5,018."""
    return "" if value is None else f"{value:,}"


@register.filter
def file_size(value: int) -> str:
    """21.4 MB; what is smaller than a thousand bytes to the byte."""
    for unit, name in UNITS:
        if value >= unit:
            return f"{value / unit:,.1f} {name}"
    return f"{value} B"


@register.filter
def month_name(value: date) -> str:
    """2026年12月 / December 2026."""
    return month_words(value, active_language())


@register.filter
def month_path(value: date) -> str:
    """As addresses write a month: 2026-12."""
    return f"{value:%Y-%m}"


@register.filter
def signed_yen(value: int) -> str:
    """+64,940円, −64,940円, ±0円: a difference."""
    written = format_yen(value, active_language())
    return f"+{written}" if value > 0 else f"±{written}" if value == 0 else written


@register.filter
def near_minute(value: datetime) -> SafeString:
    """11月27日（金） 17:00 / Friday 27 November, 17:00: a moment of the next days, to the minute."""
    there = value.astimezone(JAPAN)
    said = day_words(there.date()).in_language(active_language())
    between = ", " if active_language() == "en" else " "
    return format_html(
        '<time datetime="{}"><span class="unbroken">{}</span></time>',
        there.isoformat(),
        f"{said}{between}{there:%H:%M}",
    )


@register.filter
def clock_time(value: datetime) -> str:
    """14:30, on the wall in Japan."""
    return f"{value.astimezone(JAPAN):%H:%M}"


@register.filter
def iso_day(value: str) -> date:
    """A day as it is kept in a dry run."""
    return date.fromisoformat(value)


@register.filter
def japan_second(value: datetime) -> SafeString:
    """2026-11-24 10:00:00, so that moments stand below one another: the log of acts."""
    there = value.astimezone(JAPAN)
    return format_html('<time datetime="{}">{}</time>', there.isoformat(), f"{there:%Y-%m-%d %H:%M:%S}")
