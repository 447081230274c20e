"""Referrals at every point of their way, made by the use-cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sonae.apps.contact.models import Consultation
from sonae.apps.contact.passed_items import passed_digest, passed_items, values_of
from sonae.apps.contact.referral_models import ThirdPartyProvision
from sonae.apps.contact.use_cases.answer_referral import answer_referral
from sonae.apps.contact.use_cases.pass_referral import pass_referral
from sonae.apps.contact.use_cases.withdraw_consent import withdraw_consent
from sonae.domain.calendar import japan_date
from sonae.domain.referral import Step
from tests import clock
from tests.apps.contact.questions import REFERRAL, send_in
from tests.domain.versions import product

WAY = {  # what has happened of a referral of that kind
    "waiting": (),
    "stopped": ("withdrawn",),
    "passed": ("passed",),
    "taken": ("passed", Step.TAKEN),
    "concluded": ("passed", Step.TAKEN, Step.CONCLUDED),
    "to_delete": ("passed", Step.TAKEN, "withdrawn"),
    "deleted": ("passed", "withdrawn", Step.DELETED),
}


def seen(consultation: Consultation) -> str:
    """The digest of what the page shows."""
    return passed_digest(consultation.number, values_of(passed_items(consultation, consultation.consent)))


def refer(**changed: Any) -> Consultation:
    """A visitor asks for another policy and consents; read afresh."""
    found, _ = send_in(REFERRAL, **changed)
    return Consultation.objects.select_related("consent", "product_version").get(pk=found.pk)


def pass_on(consultation: Consultation, *, actor: str = "user:1", **later: float) -> ThirdPartyProvision:
    provision, _ = pass_referral(
        consultation=consultation, seen=seen(consultation), actor=actor, now=clock.later(**later)
    )
    return provision


def tell(consultation: Consultation, step: Step, *, note: str = "", **later: float) -> None:
    moment = clock.later(**later)
    provision = ThirdPartyProvision.objects.get(consent__consultation=consultation)
    answer_referral(
        provision_id=provision.pk, step=step, happened_on=japan_date(moment), note=note, actor="user:2", now=moment
    )


def withdraw(consultation: Consultation, **later: float) -> bool:
    return withdraw_consent(
        consultation=consultation, product=product(), actor="visitor", now=clock.later(**later or {"hours": 1})
    )


def on_its_way(state: str, **changed: Any) -> Consultation:
    """A referral that stands there."""
    consultation = refer(**changed)
    for hours, happened in enumerate(WAY[state]):
        if happened == "passed":
            pass_on(consultation, hours=hours)
        elif happened == "withdrawn":
            withdraw(consultation, hours=hours)
        else:
            tell(consultation, Step(happened), hours=hours)
    return consultation


SECOND = timedelta(seconds=1)
