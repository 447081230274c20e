"""Who of the contact window may solicit on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.models import SolicitorRegistration, StaffPosition
from sonae.domain.staff_rights import Party, Position, Registration, Right, rights_of


@dataclass(frozen=True, slots=True)
class Solicitor:
    """With the registration that holds."""

    user: User
    registration: Registration


def list_solicitors(*, on: date) -> list[Solicitor]:
    """By their addresses; in three statements however many there are. The agency's own solicitors see no consultations."""
    users = {
        user.pk: user
        for user in User.objects.filter(
            organisation__role=Organisation.Role.OPERATOR, is_active=True, positions__ended_at=None,
            positions__position=Position.SOLICITOR,
        ).order_by("email")
    }  # fmt: skip
    positions: dict[int, set[Position]] = {}
    for user_id, position in StaffPosition.objects.filter(user__in=users, ended_at=None).values_list(
        "user_id", "position"
    ):
        positions.setdefault(user_id, set()).add(Position(position))
    registrations = {
        row.user_id: Registration(row.number, row.last_day)
        for row in SolicitorRegistration.objects.filter(user__in=users, ended_at=None).order_by("recorded_at", "id")
    }
    return [
        Solicitor(user, registration)
        for pk, user in users.items()
        if (registration := registrations.get(pk)) and _may(positions[pk], registration, on)
    ]


def _may(positions: set[Position], registration: Registration, on: date) -> bool:
    held = rights_of(party=Party.OPERATOR, positions=positions, registration=registration, on=on)
    return {Right.SOLICIT, Right.TAKE_CONSULTATIONS} <= held
