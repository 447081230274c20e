"""The invited person, signed in with the invited address, accepts: once, within seven days."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.parties.queries import may_act_for
from sonae.apps.people.models import Invitation
from sonae.apps.people.queries import find_invitation


class NotTakeable(Exception):
    """The invitation is used, taken back, too old, or there is none."""


class ForAnotherAddress(Exception):
    """Whoever holds the link has not signed in with the address that it was sent to."""


@transaction.atomic
def take_invitation(*, token: str, user: User, now: datetime) -> Member:
    """The member that ``user`` acts for from now on. Raises ``NotTakeable`` or ``ForAnotherAddress``.

    An invitation is worth as much as the one who sent it: were they removed meanwhile, it can't be taken.
    """
    found = find_invitation(token=token, now=now)
    if found is None:
        raise NotTakeable
    Member.objects.select_for_update().get(pk=found.member_id)
    invitation = Invitation.objects.select_for_update().get(pk=found.pk)
    if invitation.taken_at is not None or invitation.revoked_at is not None:
        raise NotTakeable
    if invitation.email.lower() != user.email.lower() or user.is_staff:
        raise ForAnotherAddress
    if not may_act_for(user=found.invited_by, member=found.member, to="manage"):
        raise NotTakeable
    MemberAccess.objects.get_or_create(
        member=found.member, user=user, defaults={"role": invitation.role, "granted_at": now, "proof": "invitation"}
    )
    Invitation.objects.filter(pk=invitation.pk).update(taken_at=now, taken_by=user)
    record(now=now, actor=f"user:{user.pk}", action="person.joined", object_kind="member",
           object_id=found.member.number, invitation=invitation.pk, role=invitation.role)  # fmt: skip
    return found.member
