"""A supervisor manages the people of their own organisation: positions, registration, closing the desk, the second factor.

Nobody does so to themselves, so that every change is somebody else's, and whoever manages stays: an organisation never ends up
without a supervisor. Two who would remove each other wait for one another at the organisation's row.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from sonae.apps.audit.reason import said_reason
from sonae.apps.audit.record import record
from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.notices import tell
from sonae.apps.people.second_factors import forget_second_factors
from sonae.apps.people.staff import staff_rights
from sonae.apps.people.use_cases.end_sign_ins import end_other_sign_ins
from sonae.apps.people.use_cases.place_staff import end_position, grant_position, note_registration
from sonae.domain.calendar import japan_date
from sonae.domain.staff_rights import Party, Position, Right, positions_in


class MayNotManage(Exception):
    """Whoever asks does not, or no longer, manage the staff of their organisation."""


class NoSuchPerson(Exception):
    """Nobody of this organisation."""


class OwnAccount(Exception):
    """It takes another supervisor."""


class NotOfTheStaff(Exception):
    """The person works for none of the organisations."""


class NotThere(Exception):
    """The organisation has no such position."""


@transaction.atomic
def give_position(*, by: User, user_id: int, position: Position, now: datetime) -> bool:
    """Whether it is new to the person. Raises ``MayNotManage``, ``NoSuchPerson``, ``OwnAccount`` or ``NotThere``."""
    person, organisation = _to_manage(by, user_id, now=now)
    if position not in positions_in(Party(organisation.role)):
        raise NotThere
    return grant_position(user_id=person.pk, position=position, actor=_actor(by), now=now)


@transaction.atomic
def take_position(*, by: User, user_id: int, position: Position, now: datetime) -> bool:
    """Whether the person held it; without any they are a clerk. Raises as ``give_position``."""
    person, _ = _to_manage(by, user_id, now=now)
    return end_position(user_id=person.pk, position=position, actor=_actor(by), now=now)


@transaction.atomic
def renew_registration(*, by: User, user_id: int, number: str, last_day: date, now: datetime) -> None:
    """What was shown to us counts from now on. Raises as ``give_position``, and ``NumberMissing``."""
    person, _ = _to_manage(by, user_id, now=now)
    note_registration(user_id=person.pk, number=number, last_day=last_day, actor=_actor(by), now=now)


@transaction.atomic
def close_desk(*, by: User, user_id: int, reason: str, language: str, now: datetime) -> bool:
    """The desk is closed to the person, and all their sessions end; whether it was open. What they hold as a member's person
    stays. Raises as ``give_position``, and ``ReasonMissing``."""
    said, (person, organisation) = said_reason(reason), _to_manage(by, user_id, now=now)
    if person.desk_closed_at is not None:
        return False
    person.desk_closed_at = now
    person.save(update_fields=["desk_closed_at"])
    end_other_sign_ins(user=person, session_key="", actor=_actor(by), now=now)
    record(now=now, actor=_actor(by), action="staff.desk_closed", object_kind="user", object_id=person.pk, reason=said)
    tell("desk_closed", recipient=person.email, language=language, now=now, by=by.email,
         organisation=_name(organisation, language))  # fmt: skip
    return True


@transaction.atomic
def reopen_desk(*, by: User, user_id: int, language: str, now: datetime) -> bool:
    """The desk is open to the person again, with the positions of before; whether it was closed. Raises as ``give_position``."""
    person, organisation = _to_manage(by, user_id, now=now)
    if person.desk_closed_at is None:
        return False
    person.desk_closed_at = None
    person.save(update_fields=["desk_closed_at"])
    record(now=now, actor=_actor(by), action="staff.desk_reopened", object_kind="user", object_id=person.pk)
    tell(
        "desk_reopened", recipient=person.email, language=language, now=now, organisation=_name(organisation, language)
    )
    return True


@transaction.atomic
def reset_second_factor(*, by: User, user_id: int, reason: str, language: str, now: datetime) -> None:
    """Somebody lost it: app, recovery codes and passkeys are forgotten and all sessions end. Raises as ``close_desk``."""
    said, (person, _) = said_reason(reason), _to_manage(by, user_id, now=now)
    _forget(person, actor=_actor(by), said_by=by.email, reason=said, language=language, now=now)


@transaction.atomic
def reset_from_command_line(*, user: User, reason: str, actor: str, language: str, now: datetime) -> None:
    """The same from the command line, where an organisation has no other supervisor. Raises ``NotOfTheStaff`` or
    ``ReasonMissing``."""
    said = said_reason(reason)
    person = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not person.is_staff:
        raise NotOfTheStaff
    _forget(person, actor=actor, said_by="Sonae", reason=said, language=language, now=now)


def _forget(person: User, *, actor: str, said_by: str, reason: str, language: str, now: datetime) -> None:
    """The person is told."""
    forget_second_factors(user=person)
    end_other_sign_ins(user=person, session_key="", actor=actor, now=now)
    record(now=now, actor=actor, action="second_factor.reset", object_kind="user", object_id=person.pk, reason=reason)
    tell("second_factor_reset", recipient=person.email, language=language, now=now, by=said_by)


def lock_to_manage(by: User, *, now: datetime) -> Organisation:
    """The organisation whose staff ``by`` manages, locked: what is asked for comes one after the other. Raises ``MayNotManage``."""
    if by.organisation_id is None:
        raise MayNotManage
    organisation = Organisation.objects.select_for_update().get(pk=by.organisation_id)
    if Right.MANAGE_STAFF not in staff_rights(User.objects.get(pk=by.pk), on=japan_date(now)):
        raise MayNotManage
    return organisation


def _to_manage(by: User, user_id: int, *, now: datetime) -> tuple[User, Organisation]:
    organisation = lock_to_manage(by, now=now)
    people = User.objects.select_for_update(of=("self",)).filter(pk=user_id, organisation=organisation)
    if (person := people.first()) is None:
        raise NoSuchPerson
    if person.pk == by.pk:
        raise OwnAccount
    return person, organisation


def _actor(by: User) -> str:
    return f"user:{by.pk}"


def _name(organisation: Organisation, language: str) -> str:
    return organisation.name_en if language == "en" else organisation.name_ja
