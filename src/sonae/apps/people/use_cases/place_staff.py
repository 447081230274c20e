"""What somebody of the staff does in their organisation: positions given and ended, and a solicitor's registration."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import User
from sonae.apps.people.models import SolicitorRegistration, StaffPosition
from sonae.domain.staff_rights import Position


class NumberMissing(Exception):
    """A registration is known by its number."""


@transaction.atomic
def grant_position(*, user_id: int, position: Position, actor: str, now: datetime) -> bool:
    """Whether it is new to the person, who must be of the staff. Raises User.DoesNotExist."""
    user = _locked(user_id)
    _, is_new = StaffPosition.objects.get_or_create(
        user=user, position=position, ended_at=None, defaults={"granted_at": now, "granted_by": actor}
    )
    if is_new:
        record(now=now, actor=actor, action="staff.position_granted", object_kind="user", object_id=user.pk,
               position=position)  # fmt: skip
    return is_new


@transaction.atomic
def end_position(*, user_id: int, position: Position, actor: str, now: datetime) -> bool:
    """Whether the person held it. Raises User.DoesNotExist."""
    user = _locked(user_id)
    held = StaffPosition.objects.filter(user=user, position=position, ended_at=None)
    if not held.update(ended_at=now, ended_by=actor):
        return False
    record(now=now, actor=actor, action="staff.position_ended", object_kind="user", object_id=user.pk,
           position=position)  # fmt: skip
    return True


@transaction.atomic
def note_registration(*, user_id: int, number: str, last_day: date, actor: str, now: datetime) -> SolicitorRegistration:
    """The registration that counts from now on; the one before is ended and kept. Raises NumberMissing and User.DoesNotExist."""
    number = " ".join(number.split())[:20]
    if not number:
        raise NumberMissing
    user = _locked(user_id)
    SolicitorRegistration.objects.filter(user=user, ended_at=None).update(ended_at=now, ended_by=actor)
    found = SolicitorRegistration.objects.create(
        user=user, number=number, last_day=last_day, recorded_at=now, recorded_by=actor
    )
    record(now=now, actor=actor, action="staff.registered", object_kind="user", object_id=user.pk, number=number,
           last_day=last_day.isoformat())  # fmt: skip
    return found


def _locked(user_id: int) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user_id, organisation__isnull=False)
