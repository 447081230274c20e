"""What a person of the staff may on a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sonae.apps.parties.models import User
from sonae.apps.people.models import SolicitorRegistration, StaffPosition
from sonae.domain.staff_rights import Party, Position, Registration, Right, rights_of


def staff_rights(user: User, *, on: date) -> frozenset[Right]:
    """None for people of members. Whoever holds no position is a clerk of their organisation."""
    if user.organisation is None or not user.is_active:
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


def list_staff_rights(*, organisation_id: int, on: date) -> list[tuple[User, frozenset[Right]]]:
    """The same of everybody in an organisation, by address; three statements however many they are."""
    people = User.objects.filter(organisation_id=organisation_id, is_active=True).select_related("organisation")
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
