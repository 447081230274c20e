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
    """Every field with an error, with a link to it; nothing while there is none."""
    entries = [_entry(bound) for form in shown for bound in form.visible_fields() if bound.errors]
    general = [message for form in shown for message in form.non_field_errors()]
    return {"entries": entries, "general": general, "count": len(entries) + len(general), "level": level}


def _entry(bound: BoundField) -> dict[str, Any]:
    """The link is the field's label, and what to do stands under it; a message that names the field stands alone."""
    label, message = str(bound.label), " ".join(str(one) for one in bound.errors)
    return {
        "target": first_control_id(bound),
        "label": label,
        "message": message,
        "message_alone": label.lower() in message.lower(),
    }


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
