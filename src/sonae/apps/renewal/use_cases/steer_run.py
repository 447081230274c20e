"""Pause the offers of a turn, let them go on, and try again what was set aside: what the staff can do while they are being made."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.record import record
from sonae.apps.renewal.models import RenewalRun

State = RenewalRun.State


@transaction.atomic
def pause_run(*, key: str, actor: str, now: datetime) -> RenewalRun:
    """Each worker finishes its chunk and stops. Nothing where the run isn't going. Raises ``RenewalRun.DoesNotExist``."""
    run = RenewalRun.objects.select_for_update().get(key=key)
    if run.state == State.RUNNING:
        run.state, run.paused_by = State.PAUSED, actor
        run.save(update_fields=["state", "paused_by"])
        record(now=now, actor=actor, action="renewal.paused", object_kind="renewal_run", object_id=key)
    return run


@transaction.atomic
def resume_run(*, key: str, actor: str, now: datetime) -> RenewalRun:
    """Workers go on where it was. Nothing where it isn't paused. Raises ``RenewalRun.DoesNotExist``."""
    run = RenewalRun.objects.select_for_update().get(key=key)
    if run.state == State.PAUSED:
        run.state, run.paused_by = State.RUNNING, ""
        run.save(update_fields=["state", "paused_by"])
        record(now=now, actor=actor, action="renewal.resumed", object_kind="renewal_run", object_id=key)
        later("sonae.make_offers")
    return run
