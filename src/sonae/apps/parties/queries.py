"""Who is a member on a day, and for whom may a person act?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sonae.apps.parties.models import Member, MemberAccess, MembershipFact, User


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


def may_act_for(*, user: User, member: Member) -> bool:
    """Whether this person is one of the member's people."""
    return MemberAccess.objects.filter(user=user, member=member).exists()


def list_members_of(*, user: User) -> list[Member]:
    """The members that this person acts for, oldest access first."""
    return [access.member for access in user.memberships.select_related("member").order_by("granted_at", "id")]
