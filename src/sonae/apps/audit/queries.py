"""What waits for a second person."""

from __future__ import annotations

from sonae.apps.audit.models import SecondLook


def find_look(*, look_id: int, kind: str) -> SecondLook | None:
    """The look of that number, of that kind."""
    return SecondLook.objects.filter(pk=look_id, kind=kind).first()


def waiting_look(*, kind: str, object_id: object) -> SecondLook | None:
    """The one that waits for that thing."""
    return SecondLook.objects.filter(kind=kind, object_id=str(object_id), state=SecondLook.State.WAITING).first()


def list_waiting_looks(*, kind: str) -> list[SecondLook]:
    """All of that kind, the oldest first."""
    return list(SecondLook.objects.filter(kind=kind, state=SecondLook.State.WAITING).order_by("asked_at", "id"))
