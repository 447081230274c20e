"""What a registered solicitor heard of somebody's needs, what was explained, and what was recommended for which reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.reason import said_reason
from sonae.apps.contact.consultation_log import Step, check_may_record, write_steps
from sonae.apps.contact.models import Consultation
from sonae.apps.parties.models import User
from sonae.domain.consultation import SOLICITING, Channel, EventKind
from sonae.domain.product.definition import Product


class PlanUnknown(Exception):
    """The product has no such plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solicited:
    """``plan`` is empty where nothing was recommended: then ``said`` is what was explained, else the reason."""

    needs: str
    said: str
    plan: str = ""
    channel: Channel = Channel.TELEPHONE


def record_solicitation(
    *, consultation: Consultation, solicited: Solicited, product: Product, key: str, user: User, now: datetime
) -> bool:
    """Whether it is new. Each event keeps who said it, when, and under which registration.

    Raises ``MayNotRecord`` for whoever has no registration that holds on this day, ``PlanUnknown``, and ``ReasonMissing`` where
    needs or reason are left open.
    """
    registration = check_may_record(user, SOLICITING, consultation=consultation.number, now=now)
    if solicited.plan and solicited.plan not in {plan.code for plan in product.plans}:
        raise PlanUnknown
    needs = Step(kind=EventKind.NEEDS_RECORDED, channel=solicited.channel, text=said_reason(solicited.needs))
    kind = EventKind.PLAN_RECOMMENDED if solicited.plan else EventKind.PLAN_EXPLAINED
    told = Step(kind=kind, channel=solicited.channel, text=said_reason(solicited.said), plan=solicited.plan)
    with transaction.atomic():
        return write_steps(
            consultation=consultation, steps=[needs, told], key=key, actor=f"user:{user.pk}", now=now,
            registration=registration,
        )  # fmt: skip
