"""An application ends without cover: given up by its people, or too late for its scheme year. Nothing has been charged."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.enrolment.models import Application

State = Application.State
Reason = Literal["given_up", "too_late"]


class NotClosable(Exception):
    """A payment is under way, or the application has ended."""


@transaction.atomic
def close_application(*, application_id: int, reason: Reason, actor: str, now: datetime) -> Application:
    """The closed application. Closing it again is a quiet success. Raises ``NotClosable``."""
    application = Application.objects.select_for_update().get(pk=application_id)
    if application.state == State.CLOSED:
        return application
    if application.state not in {State.DRAFT, State.CONFIRMED}:
        raise NotClosable
    return close_locked(application=application, reason=reason, actor=actor, now=now)


def close_locked(*, application: Application, reason: Reason, actor: str, now: datetime) -> Application:
    """For a caller that holds the row's lock and knows that nothing is being paid."""
    application.state, application.closed_reason, application.changed_at = State.CLOSED, reason, now
    application.save(update_fields=["state", "closed_reason", "changed_at"])
    record(now=now, actor=actor, action="application.closed", object_kind="application", object_id=application.number,
           reason=reason)  # fmt: skip
    return application
