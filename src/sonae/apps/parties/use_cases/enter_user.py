"""The user of an e-mail address, known before or not: the same statements run for both, so that nobody can tell them apart."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.crypto import get_random_string

from sonae.apps.parties.models import User


def enter_user(*, email: str, now: datetime) -> User:
    """The user with this address. A new one has no password and no access to anything until a code has been confirmed."""
    email = email.strip().lower()
    locked = UNUSABLE_PASSWORD_PREFIX + get_random_string(40)
    User.objects.bulk_create([User(email=email, password=locked, date_joined=now)], ignore_conflicts=True)
    return User.objects.get(email__iexact=email)
