"""Who is a member on a day, and for whom may a person act?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sonae.apps.parties.models import Member, MemberAccess, MembershipFact, User

Deed = Literal["see", "manage", "own"]  # look; apply, pay, change, invite; change roles, hand over
Role = MemberAccess.Role
ROLES_THAT_MAY: dict[Deed, tuple[str, ...]] = {
    "see": (Role.OWNER, Role.ADMINISTRATOR, Role.READER),
    "manage": (Role.OWNER, Role.ADMINISTRATOR),
    "own": (Role.OWNER,),
}

LONGEST_NUMBER = 20


class MayNotAct(Exception):
    """This person is none of the member's people, or only looks."""


@dataclass(frozen=True, slots=True)
class Membership:
    """What the organiser's list says of a member on a day."""

    member_id: int
    number: str
    member_class: str
    name: str
    name_kana: str
    email: str
    telephone: str


def find_membership(*, member: Member, on: date) -> Membership | None:
    """The membership in force on that day; None before joining and after leaving. The later recorded fact of a day wins."""
    fact = (
        MembershipFact.objects.filter(member=member, effective_date__lte=on)
        .order_by("-effective_date", "-recorded_at", "-id")
        .first()
    )
    if fact is None or fact.kind == MembershipFact.Kind.LEFT:
        return None
    return Membership(
        member_id=member.pk,
        number=member.number,
        member_class=fact.member_class,
        name=fact.name,
        name_kana=fact.name_kana,
        email=fact.email,
        telephone=fact.telephone,
    )


def find_member(*, number: str) -> Member | None:
    """The member of that number."""
    readable = len(number) <= LONGEST_NUMBER and number.isprintable()
    return Member.objects.filter(number=number).first() if readable else None


def may_act_for(*, user: User, member: Member, to: Deed) -> bool:
    """Whether this person is one of the member's people, and in a role that may do this."""
    return MemberAccess.objects.filter(user=user, member=member, role__in=ROLES_THAT_MAY[to]).exists()


def role_of(*, user: User, member: Member) -> str:
    """The role in which this person acts for the member; nothing for somebody else."""
    return MemberAccess.objects.filter(user=user, member=member).values_list("role", flat=True).first() or ""


def list_members_of(*, user: User, to: Deed = "see") -> list[Member]:
    """The members for whom this person may do this, oldest access first."""
    accesses = user.memberships.filter(role__in=ROLES_THAT_MAY[to]).select_related("member")
    return [access.member for access in accesses.order_by("granted_at", "id")]


def list_people_of(*, members: Collection[Member]) -> dict[int, list[MemberAccess]]:
    """Everybody who may act for each of the members, by the member's id, longest first; in one statement."""
    people: dict[int, list[MemberAccess]] = {member.pk: [] for member in members}
    for access in MemberAccess.objects.filter(member__in=members).select_related("user").order_by("granted_at", "id"):
        people[access.member_id].append(access)
    return people
