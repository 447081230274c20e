"""Money, dates and factors as the pages write them, in the active language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sonae.domain import money
from sonae.web.shared import figures
from sonae.web.shared.language import active_language
from sonae.web.shared.moment import JAPAN

register = template.Library()

MAY_BREAK = mark_safe("<wbr>")


@register.filter
def yen(value: int | None, size: str = "") -> SafeString:
    """64,940円 with the unit smaller than the figure. ``size``: middle, figure or figure-large."""
    if value is None:
        return mark_safe("")
    before, number, after = figures.yen_parts(value, active_language())
    return _money([(before, "sign"), (number, ""), (after, "unit")], size)


@register.filter
def yen_text(value: int | None) -> str:
    """64,940円 as plain text, for sentences and labels."""
    return "" if value is None else money.format_yen(value, active_language())


@register.filter
def yen_words(value: int | None) -> str:
    """1億円 / 100 million yen, for limits. No cover is なし / none, never 0円."""
    if not value:
        return "none" if active_language() == "en" else "なし"
    return money.yen_in_words(value).in_language(active_language())


@register.filter
def yen_text_or_words(value: int) -> str:
    """A sum that may well be nothing: 720万円 in words, but 0円 where nothing is left."""
    return yen_words(value) if value else yen_text(0)


@register.filter
def yen_words_figure(value: int | None, size: str = "middle") -> SafeString:
    """A limit in words, its units smaller than its figures."""
    return _money(figures.split_units(yen_words(value)), size if value else "")


@register.filter
def yen_sum(value: int, size: str = "middle") -> SafeString:
    """A sum that may well be nothing, its units smaller than its figures: 720万円, 0円."""
    return yen_words_figure(value, size) if value else yen(value, size)


@register.filter
def exact_yen(value: Fraction | int) -> str:
    """119,035.02円: what a step of the calculation really gave."""
    return figures.exact_yen(Fraction(value), active_language())


@register.filter
def factor(value: Fraction | Decimal | float | None, denominator: int | None = None) -> str:
    """× 1.30, or with a denominator × 9／12."""
    if value is None:
        return ""
    return figures.factor(Fraction(str(value)) if isinstance(value, float) else Fraction(value), denominator)


@register.filter
def percent(value: Fraction | float) -> str:
    """A share of one as 30%."""
    return f"{money.round_half_up(Fraction(str(value)) * 100)}%"


@register.filter
def japan_date(value: date | datetime | None) -> SafeString:
    """2026年12月1日 / 1 December 2026."""
    return _time(value, figures.date_words)


@register.filter
def japan_month(value: date) -> str:
    """2027年3月 / March 2027, as plain text."""
    return figures.month_words(value, active_language())


@register.filter
def japan_date_era(value: date | datetime | None) -> SafeString:
    """2026年12月1日（令和8年）, once on a title line or a paper; English has no era."""
    return _time(value, figures.date_words_with_era)


@register.filter
def japan_moment(value: datetime | None) -> SafeString:
    """2026年12月1日 午後4時 / 1 December 2026, 16:00 JST."""
    return _time(value, figures.moment_words)


@register.filter
def near_moment(value: datetime) -> SafeString:
    """11月27日（金）午後5時 / 17:00 JST on Friday 27 November."""
    said = figures.near_moment_words(value, active_language())
    return format_html('<time datetime="{}">{}</time>', value.astimezone(JAPAN).isoformat(), said)


@register.filter
def japan_hour(value: datetime) -> str:
    """16:00, as the desk writes hours, by Japan's clock."""
    return f"{value.astimezone(JAPAN):%H:%M}"


@register.filter
def japan_date_text(value: date | datetime | None) -> str:
    """The date as plain text, for labels."""
    return "" if value is None else figures.date_words(value, active_language())


def _money(parts: list[tuple[str, str]], size: str) -> SafeString:
    inner = format_html_join(
        "", "{}", ((format_html("<small>{}</small>", text) if kind else text,) for text, kind in parts if text)
    )
    return format_html('<span class="money{}">{}</span>', f" {size}" if size else "", inner)


def _time(value: date | datetime | None, words: figures.Words) -> SafeString:
    if value is None:
        return mark_safe("")
    machine = value.astimezone(JAPAN) if isinstance(value, datetime) else value
    said = words(value, active_language())
    parts = figures.unbroken_parts(said)
    shown = (
        said
        if len(parts) == 1
        else format_html_join(MAY_BREAK, '<span class="unbroken">{}</span>', ((p,) for p in parts))
    )
    return format_html('<time datetime="{}">{}</time>', machine.isoformat(), shown)
