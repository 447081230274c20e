"""Rehearse a turn: what the offers will be and how long they will take. Nothing of it stays but the report."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.renewal.forecast import forecast
from sonae.apps.renewal.models import Rehearsal
from sonae.apps.renewal.years import Turn, get_turn, list_turns
from sonae.domain.calendar import japan_date


def rehearse_turn(*, year_start: date, actor: str, now: datetime) -> Rehearsal:
    """The report. It can be called at any time, and again; with real members, and without a mail. Raises ``TurnNotOpen``."""
    turn = get_turn(year_start=year_start)
    report = forecast(turn, now=now).as_dict()
    with transaction.atomic():
        record(now=now, actor=actor, action="renewal.rehearsed", object_kind="renewal_run", object_id=turn.key)
        return Rehearsal.objects.create(scheme_year=turn.year, rehearsed_at=now, rehearsed_by=actor, report=report)


def rehearsals_due(*, now: datetime) -> list[Turn]:
    """The turns whose day of rehearsal has come and that have had none since; none any more once the offers are out."""
    today = japan_date(now)
    return [
        turn
        for turn in list_turns()
        if turn.dates.rehearsal_on <= today < turn.dates.offers_on
        and not Rehearsal.objects.filter(scheme_year=turn.year).exists()
    ]
