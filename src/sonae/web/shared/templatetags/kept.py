"""``{% kept a=… b=… %}…{% endkept %}``: what is the same on every page is drawn once and kept by the process.

The block sees the values that are named and nothing else: no request, no person, no token. So what it drew follows from those
values and the language alone, and may be shown to anybody for whom they are the same. Values must be such as never change.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.urls import get_script_prefix
from django.utils.safestring import SafeString

from sonae.web.shared.language import active_language

register = template.Library()

KEPT = 64  # drawings of one block; the one that was not wanted for longest makes room


class KeptBlock(template.Node):
    """One block of one template with everything that it drew."""

    child_nodelists = ("body",)

    def __init__(self, values: dict[str, FilterExpression], body: NodeList) -> None:
        self.values, self.body = values, body
        # ``typed``: a text that is safe as it stands must not pass for an equal one that has to be escaped.
        self._drawn = lru_cache(maxsize=KEPT, typed=True)(self._draw)
        self._template: Any = None  # of the page, for its engine alone

    def render(self, context: Context) -> SafeString:
        self._template = context.template
        values = (value.resolve(context) for value in self.values.values())
        return self._drawn(active_language(), get_script_prefix(), *values)

    def _draw(self, language: str, prefix: str, *values: object) -> SafeString:
        named = dict(zip(self.values, values, strict=True))
        for name, value in named.items():
            if not stands_still(value):
                raise TypeError(f"{name} can change, so nothing drawn with it can be kept: {type(value).__name__}")
        context = Context(named)
        context.template = self._template
        return self.body.render(context)


def stands_still(value: object) -> bool:
    """Whether equal values will always look the same. Rows of the database are equal by their key, whatever they hold."""
    if isinstance(value, tuple):
        return all(stands_still(one) for one in value)
    if is_dataclass(value):
        parameters: Any = vars(type(value))["__dataclass_params__"]
        return bool(parameters.frozen)
    return value is None or isinstance(value, (str, int, date))


@register.tag
def kept(parser: Parser, token: Token) -> KeptBlock:
    """``{% kept contact=programme.contact %}{{ contact.phone }}{% endkept %}``"""
    values = token_kwargs(token.split_contents()[1:], parser)
    body = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptBlock(values, body)


@register.filter
def equals(value: object, other: object) -> bool:
    """For a value of ``kept`` that only asks whether two are the same."""
    return value == other
