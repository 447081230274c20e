"""People of the contact window, and consultations to act on, for the tests of the desk."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from sonae.apps.contact.callbacks import free_slots
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.standings import standing_now
from sonae.apps.contact.use_cases.receive_call import TakenCall, receive_call
from sonae.apps.contact.use_cases.receive_consultation import receive_consultation
from sonae.apps.contact.use_cases.record_contact import Contacted, record_contact
from sonae.apps.parties.models import User
from sonae.apps.people.models import SolicitorRegistration
from sonae.domain.callback_slots import Slot
from sonae.domain.consultation import Channel, EventKind, Standing
from tests import cast, clock
from tests.apps.contact.questions import QUESTION
from tests.domain.versions import product

CALLBACK: dict[str, Any] = {
    "kind": "callback",
    "name": "青木 花子",
    "email": "aoki@sample.example",
    "telephone": "03-1234-0017",
}


def key() -> str:
    """Of a form that was opened just now."""
    return secrets.token_urlsafe(24)


def clerk(email: str = "") -> User:
    return cast.enter_staff("operator", "clerk", email=email)


def solicitor(email: str = "", *, last_day: date | None = None) -> User:
    """Of the contact window, with a registration that holds, unless another last day is named."""
    user = cast.enter_staff("operator", "solicitor", email=email)
    if last_day is not None:
        SolicitorRegistration.objects.filter(user=user).update(last_day=last_day)
    return user


def ask(*, slot: Slot | None = None, now: datetime | None = None, **changed: Any) -> Consultation:
    """By the form on the web."""
    asked = {"kind": "question", "name": QUESTION.name, "email": QUESTION.email, "message": QUESTION.message} | changed
    found, _ = receive_consultation(
        asked=type(QUESTION)(**asked), form_key=key(), consent_digest="", product=product(), language="ja",
        actor="visitor", slot=slot, now=now or clock.now(),
    )  # fmt: skip
    return found


def slot(code: str) -> Slot:
    """The free half hour of that code."""
    return next(one for one in free_slots(product(), now=clock.now()) if one.code == code)


def ring(user: User, **changed: Any) -> Consultation:
    """A call that was taken and recorded."""
    call = TakenCall(**({"message": "いつから加入できますか。", "said": "毎月1日からとお伝えした。"} | changed))
    found, _ = receive_call(call=call, form_key=key(), product=product(), user=user, language="ja", now=clock.now())
    return found


def contact(
    consultation: Consultation, user: User, kind: str = "called", *, now: datetime | None = None, **more: Any
) -> bool:
    """Recorded at the desk."""
    given = {"channel": Channel.TELEPHONE, "text": "お話しした。"} | more
    form_key = given.pop("key", key())
    return record_contact(
        consultation=consultation, contacted=Contacted(kind=EventKind(kind), **given), key=form_key, user=user,
        now=now or clock.now(),
    )  # fmt: skip


def standing(consultation: Consultation) -> Standing:
    return standing_now(consultation)
