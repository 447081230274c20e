"""Figures as the desk writes them."""

from __future__ import annotations

from datetime import date

from django import template

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
def iso_day(value: str) -> date:
    """A day as it is kept in a dry run."""
    return date.fromisoformat(value)
