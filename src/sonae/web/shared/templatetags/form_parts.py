"""``{% field %}``, ``{% error_summary %}`` and ``{% procedure_steps %}``: what a step of a procedure is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField

from sonae.web.shared.form_parts import first_control_id, lay_out_field
from sonae.web.shared.procedure import ProcedureStep

register = template.Library()


@register.inclusion_tag("shared/parts/field.html")
def field(bound: BoundField, **options: Any) -> dict[str, Any]:
    """``{% field form.sales unit="万円" echo=True %}``; the options are those of ``lay_out_field``."""
    return {"part": lay_out_field(bound, **options), "field": bound}


@register.inclusion_tag("shared/parts/error_summary.html")
def error_summary(*shown: BaseForm, level: str = "h2") -> dict[str, Any]:
    """All errors of the forms, each with a link to its field; nothing while there is none."""
    entries = [
        {"target": first_control_id(bound), "label": bound.label, "message": message}
        for form in shown
        for bound in form.visible_fields()
        for message in bound.errors
    ]
    general = [message for form in shown for message in form.non_field_errors()]
    return {"entries": entries, "general": general, "count": len(entries) + len(general), "level": level}


@register.inclusion_tag("shared/parts/procedure_steps.html")
def procedure_steps(steps: Sequence[ProcedureStep], label: str = "") -> dict[str, Any]:
    """The tiles on the line; on a telephone a sentence says the same."""
    place = next((n for n, step in enumerate(steps) if step.state == "current"), len(steps) - 1)
    following = steps[place + 1] if place + 1 < len(steps) else None
    return {
        "steps": steps,
        "label": label,
        "number": place + 1,
        "total": len(steps),
        "current": steps[place],
        "following": following,
    }
