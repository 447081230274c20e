"""Premiums, plans, limits, terms and whom to call, drawn from the product's own figures."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.template.context import Context

from sonae.domain.product.definition import Plan, Section
from sonae.domain.rating import PlanPremium
from sonae.domain.text import Text
from sonae.web.shared import pictures
from sonae.web.shared.language import active_language
from sonae.web.shared.premium_rows import premium_rows as rows_of
from sonae.web.shared.templatetags.window import window_of

register = template.Library()

ServiceRows = Sequence[tuple[Text, bool]]


@register.inclusion_tag("shared/parts/plan_tiles.html")
def plan_tiles(
    liability_limit: int | None, cost_limit: int | None, liability_slots: int = 5, cost_slots: int = 5
) -> dict[str, Any]:
    """``{% plan_tiles plan.liability_limit plan.cost_limit %}``; the limit of a section without one counts as none."""
    return {
        "tiles": pictures.plan_tiles(
            liability_limit or 0, cost_limit or 0, liability_slots=liability_slots, cost_slots=cost_slots
        )
    }


@register.inclusion_tag("shared/parts/premium_steps.html")
def premium_steps(premium: PlanPremium) -> dict[str, Any]:
    """``{% premium_steps plan_premium %}``: every step from the base to what is paid now."""
    return {"rows": rows_of(premium, active_language())}


@register.inclusion_tag("shared/parts/quote_card.html")
def quote_card(
    *, plan: Plan, premium: PlanPremium, months: int, services: ServiceRows = (), address: str = ""
) -> dict[str, Any]:
    """One plan with its premium, limits, services, steps and, with an address, the way to apply."""
    return {"plan": plan, "premium": premium, "months": months, "services": services, "address": address}


@register.inclusion_tag("shared/parts/free_card.html")
def free_card(*, section: Section, services: ServiceRows = ()) -> dict[str, Any]:
    """The free part beside the plans, with what it doesn't pay."""
    return {"section": section, "services": services}


@register.inclusion_tag("shared/parts/call_box.html", takes_context=True)
def call_box(
    context: Context, title: str = "", note: str = "", emergency: bool = False, level: str = "h2", **own: str
) -> dict[str, Any]:
    """Whom to call. The number is the programme's window, or ``number`` and ``hours`` for another one (the hotline)."""
    contact = getattr(context.get("programme"), "contact", None)
    number = own.get("number") or (contact.phone if contact else "")
    return {
        "window": None if own.get("number") else window_of(context),
        "title": title,
        "note": note,
        "emergency": emergency,
        "level": level,
        "number": number,
        "digits": "".join(sign for sign in number if sign.isdigit()),
        "hours": own.get("hours") or (contact.hours if contact and not own.get("number") else ""),
    }


@register.inclusion_tag("shared/parts/term_ruler.html")
def term_ruler(start_on: date, expiry_on: date, today: date | None = None, caption: str = "") -> dict[str, Any]:
    """The scheme year with the covered part; ``today`` marks the day."""
    return {
        "ruler": pictures.term_ruler(start_on, expiry_on, today),
        "start_on": start_on,
        "expiry_on": expiry_on,
        "today": today,
        "caption": caption,
    }


@register.inclusion_tag("shared/parts/limit_bar.html", takes_context=True)
def limit_bar(context: Context, title: str, limit_yen: int, loss_yen: int, scale_yen: int = 0) -> dict[str, Any]:
    """A loss in its limit; what runs over is hatched. Give bars that stand together the same ``scale_yen``."""
    numbers: Any = context.render_context  # an id of its own for each hatching of a page
    counter = numbers.setdefault("limit_bar", itertools.count(1))
    bar = pictures.limit_bar(limit_yen, loss_yen, scale_yen)
    return {
        "title": title,
        "limit_yen": limit_yen,
        "bar": bar,
        "hatch": f"hatch-{next(counter)}",
        "ticks": [pictures.percent(n / 10) for n in range(11)],
    }


@register.inclusion_tag("shared/parts/cost_bar.html")
def cost_bar(title: str, cost_yen: int, scale_yen: int) -> dict[str, Any]:
    """What something costs, on a scale shared with its neighbours."""
    width = pictures.percent(min(1.0, cost_yen / scale_yen))
    ticks = [pictures.percent(n / 10) for n in range(11)]
    return {"title": title, "cost_yen": cost_yen, "width": width, "ticks": ticks}


@register.inclusion_tag("shared/parts/limit_left.html")
def limit_left(title: str, limit_yen: int, used_yen: int = 0) -> dict[str, Any]:
    """How much of a limit is left."""
    left = max(0, limit_yen - used_yen)
    share = left / limit_yen if limit_yen else 0.0
    return {
        "title": title,
        "limit_yen": limit_yen,
        "used_yen": used_yen,
        "left_yen": left,
        "left": pictures.percent(share),
        "used": pictures.percent(1 - share),
    }
