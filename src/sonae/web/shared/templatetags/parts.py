"""``{% load parts %}`` brings every part of the pages: frame, forms, premiums and pictures."""

from __future__ import annotations

from django import template

from sonae.web.shared.templatetags import form_parts, frame, kept, premium_parts, window

register = template.Library()
for library in (frame, form_parts, kept, premium_parts, window):
    register.tags.update(library.register.tags)
    register.filters.update(library.register.filters)
