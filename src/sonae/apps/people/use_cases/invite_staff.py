"""A supervisor asks somebody by e-mail to work at the desk of their organisation; asks again; takes it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import models, transaction

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.models import StaffInvitation
from sonae.apps.people.notices import tell
from sonae.apps.people.secrets_of_mails import digest_of_token, draw_token
from sonae.apps.people.use_cases.enter_staff import WorksHere
from sonae.apps.people.use_cases.manage_staff import NotThere, lock_to_manage
from sonae.domain.staff_rights import POSITION_NAMES, Party, Position, positions_in

LIVES = timedelta(days=7)
INVITATIONS_AN_HOUR = 10


class TooManyInvitations(Exception):
    """This organisation has sent as many as an hour allows."""


class NoInvitation(Exception):
    """There is no such open invitation of this organisation."""


@transaction.atomic
def invite_staff(
    *, by: User, email: str, positions: Collection[Position], address: str, language: str, now: datetime
) -> StaffInvitation:
    """The invitation that was mailed; a second one to the same address takes the place of the first.

    Whether the address is somebody's elsewhere is not told. ``address`` is where it is taken, with ``{token}`` in it. Raises
    ``MayNotManage``, ``NotThere``, ``WorksHere`` or ``TooManyInvitations``.
    """
    organisation = lock_to_manage(by, now=now)
    if not positions or not set(positions) <= set(positions_in(Party(organisation.role))):
        raise NotThere
    email = email.strip().lower()
    if User.objects.filter(organisation=organisation, email__iexact=email).exists():
        raise WorksHere
    if not allow(key=f"invite:staff:{organisation.pk}", most=INVITATIONS_AN_HOUR, within=timedelta(hours=1), now=now):
        raise TooManyInvitations
    _open(organisation).filter(email=email).update(revoked_at=now)
    token = draw_token()
    invitation = StaffInvitation.objects.create(
        organisation=organisation, email=email, positions=sorted(positions), token_digest=digest_of_token(token),
        language=language, invited_by=by, invited_at=now, expires_at=now + LIVES,
    )  # fmt: skip
    names = "、" if language == "ja" else ", "
    tell(
        "staff_invitation", recipient=email, language=language, now=now, inviter=by.email, link=address.format(token=token),
        organisation=organisation.name_en if language == "en" else organisation.name_ja,
        positions=names.join(POSITION_NAMES[one].in_language(language) for one in sorted(positions)),
    )  # fmt: skip
    record(now=now, actor=f"user:{by.pk}", action="staff.invited", object_kind="organisation",
           object_id=organisation.code, invitation=invitation.pk, positions=", ".join(sorted(positions)))  # fmt: skip
    return invitation


def send_staff_invitation_again(*, by: User, invitation_id: int, address: str, now: datetime) -> StaffInvitation:
    """A new link, good for seven days from now; the old one is worth nothing. Raises as ``invite_staff`` and ``NoInvitation``."""
    old = StaffInvitation.objects.filter(
        pk=invitation_id, organisation=by.organisation_id, taken_at=None, revoked_at=None
    ).first()
    if old is None:
        raise NoInvitation
    positions = [Position(one) for one in old.positions]
    return invite_staff(by=by, email=old.email, positions=positions, address=address, language=old.language, now=now)


@transaction.atomic
def revoke_staff_invitation(*, by: User, invitation_id: int, now: datetime) -> None:
    """The link is worth nothing from now on. Raises ``MayNotManage`` or ``NoInvitation``."""
    organisation = lock_to_manage(by, now=now)
    if not _open(organisation).filter(pk=invitation_id).update(revoked_at=now):
        raise NoInvitation
    record(now=now, actor=f"user:{by.pk}", action="staff.invitation_revoked", object_kind="organisation",
           object_id=organisation.code, invitation=invitation_id)  # fmt: skip


def _open(organisation: Organisation) -> models.QuerySet[StaffInvitation]:
    return StaffInvitation.objects.filter(organisation=organisation, taken_at=None, revoked_at=None)
