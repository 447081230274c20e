"""``{% window_now %}``: whether somebody answers the telephone now. It changes with time: never inside ``{% kept %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from sonae.web.shared.moment import now
from sonae.web.shared.window import WindowNow
from sonae.web.shared.window import window_now as state_of

register = template.Library()


@register.inclusion_tag("shared/parts/window_now.html", takes_context=True)
def window_now(context: Context) -> dict[str, Any]:
    """The sentence, with its mark."""
    return {"window": window_of(context)}


def window_of(context: Context) -> WindowNow | None:
    """None where there is no request (on a page for what went wrong) or no programme."""
    request, contact = context.get("request"), getattr(context.get("programme"), "contact", None)
    return None if request is None or contact is None else state_of(contact, now(request))
