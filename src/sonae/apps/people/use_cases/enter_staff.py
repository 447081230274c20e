"""Somebody begins to work at the desk of an organisation, or moves from one to another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import Organisation, User
from sonae.apps.parties.use_cases.enter_user import enter_user
from sonae.apps.people.models import OrganiserIdentity, SolicitorRegistration, StaffPosition
from sonae.apps.people.notices import tell
from sonae.apps.people.second_factors import forget_second_factors
from sonae.apps.people.staff import leaders_of
from sonae.apps.people.use_cases.end_sign_ins import end_other_sign_ins
from sonae.apps.people.use_cases.place_staff import grant_position
from sonae.domain.staff_rights import Position


class WorksHere(Exception):
    """The person is of the staff of this organisation already."""


class WorksElsewhere(Exception):
    """The person is of the staff of another organisation, and is moved by the operator of the installation alone."""


class WorksNowhere(Exception):
    """The person is of nobody's staff."""


class LastSupervisor(Exception):
    """Nobody would be left who may manage the staff of the organisation."""


@transaction.atomic
def enter_staff(
    *, email: str, organisation: Organisation, positions: Collection[Position], actor: str, language: str, now: datetime
) -> User:
    """The person, known before or not. Raises ``WorksHere`` or ``WorksElsewhere``."""
    user = _lock(enter_user(email=email, now=now))
    if user.organisation_id is not None:
        raise WorksHere if user.organisation_id == organisation.pk else WorksElsewhere
    return _place(user, organisation, positions, actor=actor, language=language, now=now)


@transaction.atomic
def move_staff(
    *, user: User, organisation: Organisation, positions: Collection[Position], actor: str, language: str, now: datetime
) -> User:
    """Positions and registration of before are ended. Raises ``WorksNowhere``, ``WorksHere`` or ``LastSupervisor``."""
    if user.organisation_id is None:
        raise WorksNowhere
    left = Organisation.objects.select_for_update().get(pk=user.organisation_id)
    user = _lock(user)
    if user.organisation_id == organisation.pk:
        raise WorksHere
    if leaders_of(left) == {user.pk}:
        raise LastSupervisor
    StaffPosition.objects.filter(user=user, ended_at=None).update(ended_at=now, ended_by=actor)
    SolicitorRegistration.objects.filter(user=user, ended_at=None).update(ended_at=now, ended_by=actor)
    record(now=now, actor=actor, action="staff.left", object_kind="user", object_id=user.pk, organisation=left.code)
    return _place(user, organisation, positions, actor=actor, language=language, now=now)


def _place(
    user: User, organisation: Organisation, positions: Collection[Position], *, actor: str, language: str, now: datetime
) -> User:
    """Whatever was proved before is proved anew: what was set up when nobody looked for a second factor counts for none."""
    user.organisation, user.desk_closed_at = organisation, None
    user.save(update_fields=["organisation", "desk_closed_at"])
    forget_second_factors(user=user)
    OrganiserIdentity.objects.filter(user=user).delete()  # no other organisation lets somebody of the staff in
    end_other_sign_ins(user=user, session_key="", actor=actor, now=now)
    record(now=now, actor=actor, action="staff.entered", object_kind="user", object_id=user.pk,
           organisation=organisation.code)  # fmt: skip
    for position in positions:
        grant_position(user_id=user.pk, position=position, actor=actor, now=now)
    name = organisation.name_en if language == "en" else organisation.name_ja
    tell("staff_entered", recipient=user.email, language=language, now=now, organisation=name)
    return user


def _lock(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)
