"""The invited person, signed in with the invited address, begins to work at the desk: once, within seven days."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.models import StaffInvitation
from sonae.apps.people.queries import find_staff_invitation
from sonae.apps.people.staff import staff_rights
from sonae.apps.people.use_cases.enter_staff import enter_staff
from sonae.apps.people.use_cases.take_invitation import ForAnotherAddress, NotTakeable
from sonae.domain.calendar import japan_date
from sonae.domain.staff_rights import Position, Right


@transaction.atomic
def take_staff_invitation(*, token: str, user: User, language: str, now: datetime) -> Organisation:
    """Where ``user`` works from now on; all their sessions have ended.

    Raises ``NotTakeable`` or ``ForAnotherAddress``, and as ``enter_staff``. An invitation is worth as much as the one who sent
    it: do they no longer manage the staff, it can't be taken.
    """
    found = find_staff_invitation(token=token, now=now)
    if found is None:
        raise NotTakeable
    organisation = Organisation.objects.select_for_update().get(pk=found.organisation_id)
    invitation = StaffInvitation.objects.select_for_update().get(pk=found.pk)
    if invitation.taken_at is not None or invitation.revoked_at is not None:
        raise NotTakeable
    if invitation.email.lower() != user.email.lower():
        raise ForAnotherAddress
    inviter = found.invited_by
    is_theirs = inviter.organisation_id == organisation.pk
    if not is_theirs or Right.MANAGE_STAFF not in staff_rights(inviter, on=japan_date(now)):
        raise NotTakeable
    enter_staff(
        email=user.email, organisation=organisation, positions=[Position(one) for one in invitation.positions],
        actor=f"user:{inviter.pk}", language=language, now=now,
    )  # fmt: skip
    invitation.taken_at, invitation.taken_by = now, user
    invitation.save(update_fields=["taken_at", "taken_by"])
    return organisation
