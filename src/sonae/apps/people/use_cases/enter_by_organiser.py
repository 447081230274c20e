"""The organiser's sign-on vouches for a person: which of our people is it, and may the account be linked to them?

The member list decides who is a member; the claims only say which one the person belongs to. Nobody is taken over: an address
that somebody signs in with already is linked only when they act for that very member, or after they have signed in by code.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.parties.queries import Membership, find_membership, role_of
from sonae.apps.parties.use_cases.enter_user import enter_user
from sonae.apps.parties.use_cases.link_member import MemberHasOwner, plain
from sonae.apps.people.identity_provider import Claims
from sonae.apps.people.models import OrganiserIdentity
from sonae.apps.people.notices import tell
from sonae.domain.calendar import japan_date


class NotOnTheList(Exception):
    """No member with the number of the claim is on the list today."""


class SignInFirst(Exception):
    """The address is somebody's already, or nobody vouches for it: they sign in by code, and link the account then."""


class NotForStaff(Exception):
    """Who works for one of the organisations never becomes a member's person this way."""


class LinkedToAnother(Exception):
    """The account lets in somebody else already."""


@transaction.atomic
def enter_by_organiser(*, claims: Claims, language: str, now: datetime) -> User:
    """The person to be signed in. Raises ``NotOnTheList``, ``SignInFirst``, ``NotForStaff`` or ``MemberHasOwner``.

    An account that was linked once lets in the same person for ever, whatever its e-mail and number become; it gives back no
    access that was taken away.
    """
    linked = _find_linked(claims)
    if linked is not None:
        _note_differences(claims, linked.member, now=now)
        return linked.user
    member, membership = _member_of(claims, now=now)
    email = claims.email.strip().lower()
    if not email or not claims.email_verified:
        raise SignInFirst
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = _enter(member, email, now=now)
    elif user.is_staff:
        raise NotForStaff
    elif not role_of(user=user, member=member):
        raise SignInFirst
    _link(claims, user, member, membership, language=language, now=now)
    return user


@transaction.atomic
def link_organiser_identity(*, claims: Claims, user: User, language: str, now: datetime) -> Member:
    """``user``, who has signed in by code and asks for it, can sign in with the account from now on; linked twice is a success.

    Raises ``NotOnTheList``, ``NotForStaff``, ``MemberHasOwner`` or ``LinkedToAnother``.
    """
    if user.is_staff:
        raise NotForStaff
    linked = _find_linked(claims)
    if linked is not None:
        if linked.user_id != user.pk:
            raise LinkedToAnother
        return linked.member
    member, membership = _member_of(claims, now=now)
    if not role_of(user=user, member=member):
        _grant_if_nobodys(member, user, now=now)
    _link(claims, user, member, membership, language=language, now=now)
    return member


def _find_linked(claims: Claims) -> OrganiserIdentity | None:
    return (
        OrganiserIdentity.objects.select_related("user", "member")
        .filter(issuer=claims.issuer, subject=claims.subject)
        .first()
    )


def _member_of(claims: Claims, *, now: datetime) -> tuple[Member, Membership]:
    member = Member.objects.select_for_update().filter(number=plain(claims.number).upper()).first()
    membership = None if member is None else find_membership(member=member, on=japan_date(now))
    if member is None or membership is None:
        record(now=now, actor="visitor", action="organiser.not_on_the_list", object_kind="member",
               object_id=plain(claims.number)[:20])  # fmt: skip
        raise NotOnTheList
    return member, membership


def _enter(member: Member, email: str, *, now: datetime) -> User:
    """Somebody new, for a member that nobody acts for yet; to a member with an owner people come by invitation."""
    if MemberAccess.objects.filter(member=member).exists():
        raise MemberHasOwner
    user = enter_user(email=email, now=now)
    _grant_if_nobodys(member, user, now=now)
    return user


def _grant_if_nobodys(member: Member, user: User, *, now: datetime) -> None:
    if MemberAccess.objects.filter(member=member).exists():
        raise MemberHasOwner
    MemberAccess.objects.create(
        member=member, user=user, role=MemberAccess.Role.OWNER, granted_at=now, proof="organiser"
    )
    record(now=now, actor=f"user:{user.pk}", action="member.linked", object_kind="member", object_id=member.number,
           proof="organiser")  # fmt: skip


def _link(claims: Claims, user: User, member: Member, membership: Membership, *, language: str, now: datetime) -> None:
    OrganiserIdentity.objects.create(
        issuer=claims.issuer, subject=claims.subject, user=user, member=member, linked_at=now
    )
    record(now=now, actor=f"user:{user.pk}", action="organiser.linked", object_kind="member", object_id=member.number)
    _note_class(claims, member, membership, now=now)
    tell("organiser_linked", recipient=user.email, language=language, now=now)


def _note_differences(claims: Claims, member: Member, *, now: datetime) -> None:
    if plain(claims.number).upper() != member.number:
        record(now=now, actor="system:organiser", action="organiser.number_differs", object_kind="member",
               object_id=member.number, claimed=plain(claims.number)[:20])  # fmt: skip
        return
    membership = find_membership(member=member, on=japan_date(now))
    if membership is not None:
        _note_class(claims, member, membership, now=now)


def _note_class(claims: Claims, member: Member, membership: Membership, *, now: datetime) -> None:
    """The list wins; what differs is written down for the organiser and the desk to look at."""
    if claims.member_class and claims.member_class != membership.member_class:
        record(now=now, actor="system:organiser", action="organiser.class_differs", object_kind="member",
               object_id=member.number, listed=membership.member_class, claimed=claims.member_class[:40])  # fmt: skip
