"""A person renames or removes one of their passkeys, and is told of what was added and removed."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import User
from sonae.apps.people.notices import tell

LONGEST_NAME = 60


class NoSuchPasskey(Exception):
    """This person has no passkey with that number."""


def list_passkeys(*, user: User) -> list[Authenticator]:
    """This person's, oldest first."""
    return list(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("created_at", "id"))


@transaction.atomic
def note_passkey(*, user: User, name: str, language: str, now: datetime) -> None:
    """A passkey was added."""
    record(now=now, actor=f"user:{user.pk}", action="passkey.added", object_kind="user", object_id=user.pk)
    tell("passkey_added", recipient=user.email, language=language, now=now, name=name)


@transaction.atomic
def remove_passkey(*, user: User, passkey_id: int, language: str, now: datetime) -> None:
    """It signs nobody in any more. Raises ``NoSuchPasskey``."""
    passkey = _find(user, passkey_id)
    passkey.delete()
    record(now=now, actor=f"user:{user.pk}", action="passkey.removed", object_kind="user", object_id=user.pk)
    tell("passkey_removed", recipient=user.email, language=language, now=now, name=str(passkey.data["name"]))


@transaction.atomic
def rename_passkey(*, user: User, passkey_id: int, name: str) -> None:
    """It is called so from now on; a name of nothing leaves it as it is. Raises ``NoSuchPasskey``."""
    passkey = _find(user, passkey_id)
    name = " ".join("".join(sign for sign in name if sign.isprintable()).split())[:LONGEST_NAME]
    if name:
        passkey.data = {**passkey.data, "name": name}
        passkey.save(update_fields=["data"])


def _find(user: User, passkey_id: int) -> Authenticator:
    found = Authenticator.objects.select_for_update().filter(pk=passkey_id, user=user, type=Authenticator.Type.WEBAUTHN)
    passkey = found.first()
    if passkey is None:
        raise NoSuchPasskey
    return passkey
