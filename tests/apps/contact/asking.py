"""Requests about personal data as somebody takes them down."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from sonae.apps.contact.data_request_models import RegisteredRequest, RegisteredRequestStep
from sonae.apps.contact.use_cases.note_request import note_request
from sonae.apps.contact.use_cases.register_request import Told, register_request
from sonae.domain.calendar import japan_date
from sonae.domain.data_request import Step
from sonae.domain.staff_rights import Party
from tests import clock
from tests.domain.versions import product

TOLD: dict[str, Any] = {
    "kind": "disclosure", "channel": "letter", "received_on": date(2026, 11, 24), "person": "青木 花子",
    "wanted": "持っている情報をすべて知りたい。", "email": "hanako@sample.example",
}  # fmt: skip


def register(**changed: Any) -> RegisteredRequest:
    told = Told(**{**TOLD, **changed})
    entered, _ = register_request(
        told=told, form_key=secrets.token_urlsafe(24), language="ja", actor="user:1", now=clock.now()
    )
    return entered


def note(
    request: RegisteredRequest, kind: Step, *, party: Party = Party.OPERATOR, text: str = "x", outcome: str = "", **later: float
) -> RegisteredRequestStep:  # fmt: skip
    moment = clock.later(**later)
    return note_request(
        request=request, party=party, kind=kind, happened_on=japan_date(moment), text=text, outcome=outcome,
        seen=request.steps.count(), product=product(), actor="user:1", now=moment,
    )  # fmt: skip
