"""Where a person is signed in, which invitations wait, and from where a desk is opened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from sonae.apps.parties.models import Member, Organisation, User
from sonae.apps.people.models import DeskNetwork, EmailChange, Invitation, OrganiserIdentity, SignIn, StaffInvitation
from sonae.apps.people.secrets_of_mails import digest_of_token

LIVING_CHANGE = (EmailChange.Stage.OLD, EmailChange.Stage.NEW)


def list_sign_ins(*, user: User, since: datetime) -> list[SignIn]:
    """The browsers in which this person is signed in, newest first; none that signed in before ``since`` can be living."""
    return list(
        SignIn.objects.filter(user=user, ended_at=None, signed_in_at__gt=since).order_by("-last_seen_at", "-id")
    )


def list_open_invitations(*, members: Collection[Member]) -> dict[int, list[Invitation]]:
    """Those that can still be taken, and those that ran out and can be sent again, by the member's id; in one statement."""
    invitations: dict[int, list[Invitation]] = {member.pk: [] for member in members}
    found = Invitation.objects.filter(member__in=members, taken_at=None, revoked_at=None)
    for invitation in found.order_by("invited_at", "id"):
        invitations[invitation.member_id].append(invitation)
    return invitations


def find_invitation(*, token: str, now: datetime) -> Invitation | None:
    """The invitation of that link, while it can be taken."""
    return (
        Invitation.objects.select_related("member", "invited_by")
        .filter(token_digest=digest_of_token(token), taken_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )


def find_email_change(*, user: User, now: datetime) -> EmailChange | None:
    """The change that this person has begun, while it lives."""
    return EmailChange.objects.filter(user=user, stage__in=LIVING_CHANGE, expires_at__gt=now).first()


def has_organiser_identity(*, user: User) -> bool:
    """Whether this person can sign in with an account of the organiser."""
    return OrganiserIdentity.objects.filter(user=user).exists()


def find_staff_invitation(*, token: str, now: datetime) -> StaffInvitation | None:
    """The invitation to a desk behind that link, while it can be taken."""
    return (
        StaffInvitation.objects.select_related("organisation", "invited_by__organisation")
        .filter(token_digest=digest_of_token(token), taken_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )


def list_open_staff_invitations(*, organisation: Organisation) -> list[StaffInvitation]:
    """Those that can still be taken, and those that ran out and can be sent again, oldest first."""
    found = StaffInvitation.objects.filter(organisation=organisation, taken_at=None, revoked_at=None)
    return list(found.select_related("invited_by").order_by("invited_at", "id"))


def find_reach(*, organisation_id: int) -> tuple[Organisation, list[str]] | None:
    """The organisation and the networks to which its desk is limited, in one statement; for every page of the desk."""
    standing = ArrayAgg(
        "desk_networks__cidr", filter=Q(desk_networks__cidr__isnull=False, desk_networks__ended_at=None)
    )
    found = Organisation.objects.filter(pk=organisation_id).annotate(cidrs=standing).first()
    return None if found is None else (found, list(found.cidrs or ()))


def list_desk_networks(*, organisation_id: int) -> list[DeskNetwork]:
    """The networks to which an organisation's desk is limited; none where it is not."""
    return list(DeskNetwork.objects.filter(organisation=organisation_id, ended_at=None).order_by("id"))
