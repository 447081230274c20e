"""What a person of the staff may on a day, and who is of the staff of an organisation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db.models import Max

from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.models import SignIn, SolicitorRegistration, StaffPosition
from sonae.domain.staff_rights import (
    Party,
    Position,
    Registration,
    Right,
    Standing,
    leads_staff,
    rights_of,
)


def staff_rights(user: User, *, on: date) -> frozenset[Right]:
    """None for people of members. Whoever holds no position is a clerk of their organisation."""
    if user.organisation is None or not user.has_desk:
        return frozenset()
    positions = positions_of(user)
    registration = registration_of(user) if Position.SOLICITOR in positions else None
    return rights_of(party=Party(user.organisation.role), positions=positions, registration=registration, on=on)


def positions_of(user: User) -> frozenset[Position]:
    """Those that the person holds now; a clerk's where there are none."""
    held = StaffPosition.objects.filter(user=user, ended_at=None).values_list("position", flat=True)
    return frozenset(Position(one) for one in held) or frozenset({Position.CLERK})


def registration_of(user: User) -> Registration | None:
    """The newest that stands."""
    found = SolicitorRegistration.objects.filter(user=user, ended_at=None).order_by("-recorded_at", "-id").first()
    return Registration(found.number, found.last_day) if found else None


def leaders_of(organisation: Organisation) -> set[int]:
    """Who may manage its staff, by the person's id."""
    held = StaffPosition.objects.filter(
        user__organisation=organisation, user__is_active=True, user__desk_closed_at=None, ended_at=None
    )
    positions: dict[int, set[Position]] = defaultdict(set)
    for user_id, position in held.values_list("user_id", "position"):
        positions[user_id].add(Position(position))
    return {user_id for user_id, theirs in positions.items() if leads_staff(theirs)}


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person of an organisation's staff, as those who manage it see them."""

    user: User
    positions: frozenset[Position]
    registration: Registration | None
    standing: Standing | None  # of the registration on the day; none where there is none
    has_second_factor: bool
    last_seen_at: datetime | None

    @property
    def lacks_registration(self) -> bool:
        """A registered solicitor without a registration may not solicit."""
        return Position.SOLICITOR in self.positions and self.registration is None


def list_staff(*, organisation: Organisation, on: date) -> list[StaffMember]:
    """Everybody, those with an open desk first; one statement for each kind of fact."""
    users = list(User.objects.filter(organisation=organisation).order_by("email"))
    return sorted(_described(users, on=on), key=lambda one: (not one.user.has_desk, one.user.email))


def find_staff_member(*, organisation: Organisation, user_id: int, on: date) -> StaffMember | None:
    """One of them."""
    return next(iter(_described(list(User.objects.filter(organisation=organisation, pk=user_id)), on=on)), None)


def _described(users: list[User], *, on: date) -> list[StaffMember]:
    held: dict[int, set[Position]] = defaultdict(set)
    for user_id, position in StaffPosition.objects.filter(user__in=users, ended_at=None).values_list(
        "user_id", "position"
    ):
        held[user_id].add(Position(position))
    registered = SolicitorRegistration.objects.filter(user__in=users, ended_at=None).order_by("recorded_at", "id")
    registrations = {one.user_id: Registration(one.number, one.last_day) for one in registered}
    factors = Authenticator.objects.filter(user__in=users).exclude(type=Authenticator.Type.RECOVERY_CODES)
    with_factor = set(factors.values_list("user_id", flat=True))
    seen = dict(SignIn.objects.filter(user__in=users).values_list("user_id").annotate(Max("last_seen_at")))
    return [
        StaffMember(
            user=user,
            positions=frozenset(held[user.pk]) or frozenset({Position.CLERK}),
            registration=(registration := registrations.get(user.pk)),
            standing=registration.standing_on(on) if registration else None,
            has_second_factor=user.pk in with_factor,
            last_seen_at=seen.get(user.pk),
        )
        for user in users
    ]


def list_staff_rights(*, organisation_id: int, on: date) -> list[tuple[User, frozenset[Right]]]:
    """The same of everybody in an organisation, by address; three statements however many they are."""
    here = User.objects.filter(organisation_id=organisation_id, is_active=True, desk_closed_at=None)
    people = here.select_related("organisation")
    held: dict[int, set[Position]] = defaultdict(set)
    for user_id, one in StaffPosition.objects.filter(user__in=people, ended_at=None).values_list("user_id", "position"):
        held[user_id].add(Position(one))
    newest = SolicitorRegistration.objects.filter(user__in=people, ended_at=None).order_by("recorded_at", "id")
    registered = {found.user_id: Registration(found.number, found.last_day) for found in newest}
    return [
        (
            user,
            rights_of(
                party=Party(user.organisation.role),
                positions=held[user.pk] or {Position.CLERK},
                registration=registered.get(user.pk),
                on=on,
            ),
        )
        for user in people.order_by("email")
        if user.organisation is not None
    ]
