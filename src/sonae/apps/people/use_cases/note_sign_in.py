"""A person has signed in: write down where, and tell them when it is a device that we have not seen before."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sonae.apps.parties.models import User
from sonae.apps.people.devices import device_of
from sonae.apps.people.models import SignIn
from sonae.apps.people.notices import tell
from sonae.apps.people.use_cases.end_sign_ins import note_ended
from sonae.domain.calendar import JAPAN

REMEMBERED = timedelta(days=180)  # after that a device counts as new again


@transaction.atomic
def note_sign_in(
    *, user: User, session_key: str, user_agent: str, network: str, way: str, language: str, now: datetime
) -> SignIn:
    """The sign-in as it is kept. Nothing is told of the first one of all."""
    note_ended(session_key=session_key, now=now)  # who signs in while signed in begins anew
    earlier = SignIn.objects.filter(user=user).values_list("user_agent", flat=True)
    device = device_of(user_agent)
    if earlier and device not in {device_of(one) for one in earlier}:
        tell(
            "new_device",
            recipient=user.email,
            language=language,
            now=now,
            device=device.in_language(language),
            at=now.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M"),
        )
    return SignIn.objects.create(
        user=user,
        session_key=session_key,
        user_agent=printable(user_agent)[:300],
        network=network[:64],
        way=way,
        signed_in_at=now,
        last_seen_at=now,
    )


def printable(text: str) -> str:
    """Without controls, which a browser may send and the database may refuse."""
    return "".join(sign for sign in text if sign.isprintable())


def note_seen(*, session_key: str, now: datetime) -> None:
    """The browser was seen again."""
    SignIn.objects.filter(session_key=session_key, last_seen_at__lt=now).update(last_seen_at=now)


def forget_old_sign_ins(*, now: datetime) -> int:
    """Delete what is too long ago, and say how many that were."""
    return SignIn.objects.filter(last_seen_at__lt=now - REMEMBERED).delete()[0]
