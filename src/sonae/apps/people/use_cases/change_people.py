"""The owner changes a role, removes a person, hands the ownership over; anybody but the owner may leave."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.apps.people.notices import tell
from sonae.apps.people.roles import ROLE_NAMES, TO_GIVE, firm_name

Role = MemberAccess.Role


class NoSuchPerson(Exception):
    """Nobody with this number acts for the member."""


class OwnerStays(Exception):
    """A member is never without an owner: it is handed over, not given up."""


@transaction.atomic
def change_role(*, member: Member, user: User, person_id: int, role: str, language: str, now: datetime) -> None:
    """Raises ``MayNotAct``, ``NoSuchPerson`` or ``OwnerStays``; ValueError for a role that can't be given."""
    _lock_to_own(member=member, user=user)
    if role not in TO_GIVE:
        raise ValueError(role)
    access = _find(member=member, person_id=person_id)
    if access.role == Role.OWNER:
        raise OwnerStays
    if access.role == role:
        return
    MemberAccess.objects.filter(pk=access.pk).update(role=role)
    _write(member, user, "person.role_changed", access, now=now, role=role, before=access.role)
    tell("role_changed", recipient=access.user.email, language=language, now=now, firm=firm_name(member, now=now),
         role=ROLE_NAMES[role].in_language(language))  # fmt: skip


@transaction.atomic
def remove_person(*, member: Member, user: User, person_id: int, language: str, now: datetime) -> None:
    """Their access is gone at their next request. Raises ``MayNotAct``, ``NoSuchPerson`` or ``OwnerStays``."""
    Member.objects.select_for_update().get(pk=member.pk)
    if person_id != user.pk and not may_act_for(user=user, member=member, to="own"):
        raise MayNotAct
    access = _find(member=member, person_id=person_id)
    if access.role == Role.OWNER:
        raise OwnerStays
    access.delete()
    _write(member, user, "person.removed", access, now=now, before=access.role)
    tell("person_removed", recipient=access.user.email, language=language, now=now, firm=firm_name(member, now=now))


@transaction.atomic
def hand_over(*, member: Member, user: User, person_id: int, language: str, now: datetime) -> None:
    """The other becomes the owner, and who was it an administrator. Both are told.

    Raises ``MayNotAct`` or ``NoSuchPerson``. That the owner has signed in only just now is for the page to see to.
    """
    _lock_to_own(member=member, user=user)
    access = _find(member=member, person_id=person_id)
    if access.user_id == user.pk:
        return
    MemberAccess.objects.filter(member=member, user=user).update(role=Role.ADMINISTRATOR)
    MemberAccess.objects.filter(pk=access.pk).update(role=Role.OWNER)
    _write(member, user, "person.handed_over", access, now=now, before=access.role)
    for recipient in (user.email, access.user.email):
        tell("handed_over", recipient=recipient, language=language, now=now, firm=firm_name(member, now=now),
             email=access.user.email)  # fmt: skip


def _lock_to_own(*, member: Member, user: User) -> None:
    Member.objects.select_for_update().get(pk=member.pk)
    if not may_act_for(user=user, member=member, to="own"):
        raise MayNotAct


def _find(*, member: Member, person_id: int) -> MemberAccess:
    access = MemberAccess.objects.select_related("user").filter(member=member, user_id=person_id).first()
    if access is None:
        raise NoSuchPerson
    return access


def _write(member: Member, user: User, action: str, access: MemberAccess, *, now: datetime, **more: str) -> None:
    record(now=now, actor=f"user:{user.pk}", action=action, object_kind="member", object_id=member.number,
           person=access.user_id, **more)  # fmt: skip
