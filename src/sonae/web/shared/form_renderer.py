"""Inputs and lists of choices written directly. Django draws each option from a template of its own, which for the one list of
industries took a quarter of the calculator's time. What isn't known here goes Django's way; what is comes out the same.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.safestring import SafeString

Widget = Mapping[str, Any]


class DirectRenderer(DjangoTemplates):
    """The form renderer named in the settings."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        """The control as HTML."""
        write = WRITERS.get(template_name)
        if write is None:
            return SafeString(super().render(template_name, context, request))
        return SafeString(write(context["widget"]))  # every value in it is escaped below


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{value}{_attributes(widget)}>'


def _select(widget: Widget) -> str:
    lines = [f'<select name="{_text(widget["name"])}"{_attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            lines.append(f'  <optgroup label="{_text(group)}">')
        lines += [
            f'  <option value="{_text(option["value"])}"{_attributes(option)}>{_text(option["label"])}</option>'
            for option in options
        ]
        if group:
            lines.append("  </optgroup>")
    return "\n".join([*lines, "</select>"])


def _attributes(widget: Widget) -> str:
    """``True`` stands as a bare name, ``False`` is left out."""
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if isinstance(text, SafeString) else html.escape(text)


WRITERS: dict[str, Callable[[Widget], str]] = {
    "django/forms/widgets/select.html": _select,
    **dict.fromkeys((f"django/forms/widgets/{kind}.html" for kind in ("text", "email", "hidden", "checkbox")), _input),
}
