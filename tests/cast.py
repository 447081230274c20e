"""The people of the tests, by name: 青木 owns a member, 今井 and 江川 are her colleagues, 宇野 owns another, and the staff.

``CAST`` holds their addresses; ``call_in`` puts them and their members into the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sonae.apps.parties.models import Member, MemberAccess, MembershipFact, Organisation, User
from sonae.apps.people.models import SolicitorRegistration, StaffPosition
from tests import clock

AOKI, IMAI, EGAWA = "aoki@sample.example", "imai@sample.example", "egawa@sample.example"
UNO, VISITOR = "uno@other.example", "visitor@nowhere.example"
STAFF = {role: f"{role}@staff.example" for role in Organisation.Role.values}
JOINED_ON = date(2025, 4, 1)


@dataclass
class Cast:
    """Everybody, with the two members: 青木工務店 (basic) and 宇野会計事務所 (PAP)."""

    member: Member
    other_member: Member
    owner: User
    colleague: User  # an administrator
    reader: User  # looks, and changes nothing
    stranger: User
    visitor: User  # has signed in once, and acts for nobody
    staff: dict[str, User] = field(default_factory=dict)

    def everybody_else(self) -> list[User]:
        """All who have no business with 青木工務店."""
        return [self.stranger, self.visitor, *self.staff.values()]


def call_in() -> Cast:
    """The whole cast, as the day begins."""
    member = enter_member(
        "10000017", "basic", "青木工務店", kana="アオキコウムテン", email=AOKI, telephone="03-1234-0017"
    )
    other = enter_member(
        "20000031", "pap", "宇野会計事務所", kana="ウノカイケイジムショ", email=UNO, telephone="06-1234-0031"
    )
    owner, colleague, stranger, visitor = (enter_person(email) for email in (AOKI, IMAI, UNO, VISITOR))
    reader = enter_person(EGAWA)
    let_act(owner, member, MemberAccess.Role.OWNER)
    let_act(colleague, member, MemberAccess.Role.ADMINISTRATOR)
    let_act(reader, member, MemberAccess.Role.READER)
    let_act(stranger, other, MemberAccess.Role.OWNER)
    staff = {role: _enter_staff(role, email) for role, email in STAFF.items()}
    return Cast(member, other, owner, colleague, reader, stranger, visitor, staff)


def enter_member(
    number: str, member_class: str, name: str, *, kana: str = "", email: str = "", telephone: str = ""
) -> Member:
    """A member on the organiser's list since April 2025."""
    member = Member.objects.create(number=number, created_at=clock.now())
    MembershipFact.objects.create(
        member=member,
        kind=MembershipFact.Kind.JOINED,
        effective_date=JOINED_ON,
        recorded_at=clock.now(),
        member_class=member_class,
        name=name,
        name_kana=kana,
        email=email,
        telephone=telephone,
        source="test",
    )
    return member


def leave_list(member: Member, on: date) -> None:
    """The organiser tells us that the member has left."""
    known = MembershipFact.objects.filter(member=member).latest("recorded_at", "id")
    MembershipFact.objects.create(
        member=member,
        kind=MembershipFact.Kind.LEFT,
        effective_date=on,
        recorded_at=clock.now(),
        member_class=known.member_class,
        name=known.name,
        source="test",
    )


def enter_person(email: str, **fields: object) -> User:
    """Somebody who has signed in before."""
    return User.objects.create_user(email, date_joined=clock.now(), **fields)


def let_act(user: User, member: Member, role: str) -> None:
    """``user`` may act for ``member``."""
    MemberAccess.objects.create(member=member, user=user, role=role, granted_at=clock.now(), proof="listed_email")


def enter_staff(party: str, *positions: str, email: str = "") -> User:
    """Somebody of that organisation who holds these positions, a solicitor with a registration that holds."""
    organisation, _ = Organisation.objects.get_or_create(
        code=party, defaults={"role": party, "name_ja": party, "name_en": party}
    )
    user = enter_person(email or f"{'-'.join(positions)}@{party}.example", organisation=organisation)
    for position in positions:
        StaffPosition.objects.create(user=user, position=position, granted_at=clock.now(), granted_by="test")
    if "solicitor" in positions:
        SolicitorRegistration.objects.create(
            user=user, number="R-0001", last_day=date(2030, 3, 31), recorded_at=clock.now(), recorded_by="test"
        )
    return user


def _enter_staff(role: str, email: str) -> User:
    organisation = Organisation.objects.create(code=role, role=role, name_ja=role, name_en=role)
    return enter_person(email, organisation=organisation)
