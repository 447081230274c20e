"""What the pages of the member's door need: a name by its code."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from sonae.domain.text import Text

register = template.Library()


@register.filter
def of(names: Mapping[str, Text], code: str) -> Text:
    """The entry with that code."""
    return names[code]
