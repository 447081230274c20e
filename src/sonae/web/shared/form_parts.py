"""A form field as the page lays it out: which kind of control, which ids, what describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django import forms
from django.forms.boundfield import BoundField

from sonae.domain.text import Text
from sonae.web.shared.language import in_language

Kind = Literal["line", "cards", "scale", "check"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio or tick of a group."""

    id: str
    value: str
    label: str
    hint: str
    checked: bool
    disabled: bool


@dataclass(frozen=True)
class FieldPart:
    """What the template of a field reads."""

    bound: BoundField
    kind: Kind
    control: str
    unit: str
    echo: bool
    echo_yen: int | None
    slot: str
    mark: bool
    columns: str = ""
    input_type: str = "radio"
    choices: list[Choice] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.bound.auto_id

    @property
    def described_by(self) -> str:
        return described_by(self.bound, echo=self.echo)

    @property
    def errors(self) -> list[str]:
        return [str(message) for message in self.bound.errors]


def described_by(bound: BoundField, *, echo: bool = False) -> str:
    """The ids of hint, echo and error, those that are there; the same ids that Django would choose."""
    parts = [
        f"{bound.auto_id}_helptext" if bound.help_text else "",
        f"{bound.auto_id}_echo" if echo else "",
        f"{bound.auto_id}_error" if bound.errors else "",
    ]
    return " ".join(part for part in parts if part)


def first_control_id(bound: BoundField) -> str:
    """Where a link in the error summary leads: the control, or the first of a group."""
    return bound.id_for_label or f"{bound.auto_id}_0"


def lay_out_field(  # the options of one tag, all by keyword
    bound: BoundField,
    *,
    unit: str = "",
    width: str = "",
    echo: bool = False,
    echo_yen: int | None = None,
    look: str = "",
    columns: str = "",
    hints: Mapping[str, Text | str] | None = None,
    slot: str = "",
    mark: bool = True,
) -> FieldPart:
    """``look`` is cards (default) or scale, for groups of radios. ``hints`` explains single choices by their value.

    ``mark``: whether 必須 or 任意 is said; not where it depends on another answer.
    """
    kind = _kind_of(bound.field.widget, look)
    group = kind in ("cards", "scale")
    shared: dict[str, Any] = {
        "unit": unit, "echo": echo, "echo_yen": echo_yen, "slot": slot, "mark": mark, "columns": columns
    }  # fmt: skip
    if not group:
        return FieldPart(bound, kind, control=_control(bound, width=width, echo=echo), **shared)
    several = isinstance(bound.field.widget, forms.CheckboxSelectMultiple)
    return FieldPart(
        bound, kind, control="", input_type="checkbox" if several else "radio",
        choices=_choices(bound, hints or {}), **shared,
    )  # fmt: skip


def _kind_of(widget: forms.Widget, look: str) -> Kind:
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "scale" if look == "scale" else "cards"
    return "check" if isinstance(widget, forms.CheckboxInput) else "line"


def _control(bound: BoundField, *, width: str, echo: bool) -> str:
    attrs: dict[str, Any] = {}
    if width:
        attrs["class"] = f"{bound.field.widget.attrs.get('class', '')} width-{width}".strip()
    if description := described_by(bound, echo=echo):
        attrs["aria-describedby"] = description
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)


def _choices(bound: BoundField, hints: Mapping[str, Text | str]) -> list[Choice]:
    found = []
    for one in bound.subwidgets:
        value = str(one.data["value"])
        if value == "" and not bound.field.required and not str(one.data["label"]).strip("-"):
            continue
        hint = hints.get(value, "")
        found.append(
            Choice(
                id=str(one.id_for_label),
                value=value,
                label=str(one.data["label"]),
                hint=in_language(hint) if isinstance(hint, Text) else str(hint),
                checked=bool(one.data["selected"]),
                disabled=bool(one.data["attrs"].get("disabled", False)),
            )
        )
    return found
