"""A member's owner or administrator asks somebody by e-mail to act for the member; asks again; takes it back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.parties.queries import MayNotAct, may_act_for
from sonae.apps.people.models import Invitation
from sonae.apps.people.notices import tell
from sonae.apps.people.roles import ROLE_NAMES, TO_GIVE, firm_name
from sonae.apps.people.secrets_of_mails import digest_of_token, draw_token

LIVES = timedelta(days=7)
INVITATIONS_AN_HOUR = 10


class TooManyInvitations(Exception):
    """This member has sent as many as an hour allows."""


class ActsAlready(Exception):
    """The person with this address acts for the member already."""


@transaction.atomic
def invite_person(
    *, member: Member, user: User, email: str, role: str, address: str, language: str, now: datetime
) -> Invitation:
    """The invitation that was mailed. A second one to the same address takes the place of the first.

    ``address`` is where invitations are taken, with ``{token}`` in it. Raises ``MayNotAct``, ``ActsAlready`` or
    ``TooManyInvitations``; ValueError for a role that can't be given.
    """
    _lock_to_manage(member=member, user=user)
    if role not in TO_GIVE:
        raise ValueError(role)
    email = email.strip().lower()
    if MemberAccess.objects.filter(member=member, user__email__iexact=email).exists():
        raise ActsAlready
    if not allow(key=f"invite:{member.pk}", most=INVITATIONS_AN_HOUR, within=timedelta(hours=1), now=now):
        raise TooManyInvitations
    Invitation.objects.filter(member=member, email=email, taken_at=None, revoked_at=None).update(revoked_at=now)
    token = draw_token()
    invitation = Invitation.objects.create(
        member=member,
        email=email,
        role=role,
        token_digest=digest_of_token(token),
        language=language,
        invited_by=user,
        invited_at=now,
        expires_at=now + LIVES,
    )
    tell(
        "invitation",
        recipient=email,
        language=language,
        now=now,
        firm=firm_name(member, now=now),
        inviter=user.email,
        role=ROLE_NAMES[role].in_language(language),
        link=address.format(token=token),
    )
    record(now=now, actor=f"user:{user.pk}", action="person.invited", object_kind="member", object_id=member.number,
           invitation=invitation.pk, role=role)  # fmt: skip
    return invitation


def send_invitation_again(*, member: Member, user: User, invitation_id: int, address: str, now: datetime) -> Invitation:
    """A new link, good for seven days from now; the old one is worth nothing. Raises as ``invite_person`` and ``NoInvitation``."""
    old = _find(member=member, invitation_id=invitation_id)
    return invite_person(
        member=member, user=user, email=old.email, role=old.role, address=address, language=old.language, now=now
    )


@transaction.atomic
def revoke_invitation(*, member: Member, user: User, invitation_id: int, now: datetime) -> None:
    """The link is worth nothing from now on. Raises ``MayNotAct`` or ``NoInvitation``."""
    _lock_to_manage(member=member, user=user)
    invitation = _find(member=member, invitation_id=invitation_id)
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=now)
    record(now=now, actor=f"user:{user.pk}", action="person.invitation_revoked", object_kind="member",
           object_id=member.number, invitation=invitation.pk)  # fmt: skip


class NoInvitation(Exception):
    """There is no such open invitation of this member."""


def _find(*, member: Member, invitation_id: int) -> Invitation:
    found = Invitation.objects.filter(pk=invitation_id, member=member, taken_at=None, revoked_at=None).first()
    if found is None:
        raise NoInvitation
    return found


def _lock_to_manage(*, member: Member, user: User) -> None:
    Member.objects.select_for_update().get(pk=member.pk)
    if not may_act_for(user=user, member=member, to="manage"):
        raise MayNotAct
