"""Complaints as somebody takes them down."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from sonae.apps.contact.complaint_models import Complaint, ComplaintStep
from sonae.apps.contact.use_cases.note_complaint import note_complaint
from sonae.apps.contact.use_cases.open_complaint import Told, open_complaint
from sonae.domain.calendar import japan_date
from sonae.domain.complaint import Step
from tests import clock

TOLD: dict[str, Any] = {
    "received_on": date(2026, 11, 24), "channel": "telephone", "category": "manner", "against": "operator", "gravity": "light",
    "summary": "電話が20分つながらなかった。",
}  # fmt: skip
WORDS = {"text": "担当者が折り返した", "prevention": "昼の人数を増やす", "gravity": "grave"}


def complain(**changed: Any) -> Complaint:
    told = Told(**{**TOLD, **changed})
    complaint, _ = open_complaint(told=told, form_key=secrets.token_urlsafe(24), actor="user:1", now=clock.now())
    return complaint


def note(complaint: Complaint, kind: Step, *, words: dict[str, str] | None = None, **later: float) -> ComplaintStep:
    moment = clock.later(**later)
    return note_complaint(
        complaint=complaint, kind=kind, happened_on=japan_date(moment), words=WORDS if words is None else words,
        seen=complaint.steps.count(), actor="user:1", now=moment,
    )  # fmt: skip
