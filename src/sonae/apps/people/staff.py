"""What a person of the staff may on a day."""

from __future__ import annotations

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
