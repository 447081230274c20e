"""What a person of the staff proves beside their mailbox: an app with codes, recovery codes in its place, or passkeys.

They stand in allauth's table. The app's key is sealed, of recovery codes nothing but digests is kept.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from sonae.apps.parties.models import User
from sonae.apps.people.one_time_codes import code_of, seconds_left, step_at
from sonae.apps.people.sealing import Unreadable, seal, unseal
from sonae.apps.people.secrets_of_mails import digest_of_code

Kind = Authenticator.Type
RECOVERY_CODES, RECOVERY_DIGITS = 10, 8


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What somebody has set up."""

    has_app: bool
    passkeys: int
    recovery_codes: int  # that were not used yet

    @property
    def is_set_up(self) -> bool:
        """Whether there is anything to prove; recovery codes alone are left over from nothing."""
        return self.has_app or self.passkeys > 0


def second_factors_of(user: User) -> SecondFactors:
    """In one statement."""
    kept = list(Authenticator.objects.filter(user=user).values_list("type", "data"))
    left = [len(data["digests"]) for kind, data in kept if kind == Kind.RECOVERY_CODES]
    return SecondFactors(
        has_app=any(kind == Kind.TOTP for kind, _ in kept),
        passkeys=sum(kind == Kind.WEBAUTHN for kind, _ in kept),
        recovery_codes=sum(left),
    )


def keep_key(*, user: User, key: str, last_step: int, now: datetime, demo: bool = False) -> None:
    """The app's key from now on, in place of the one before. Codes count from the step after ``last_step``."""
    Authenticator.objects.filter(user=user, type=Kind.TOTP).delete()
    data = {"secret": seal(key, purpose=purpose_of(user)), "last_step": last_step, "demo": demo}
    Authenticator.objects.create(user=user, type=Kind.TOTP, data=data, created_at=now)


def keep_recovery_codes(*, user: User, now: datetime) -> list[str]:
    """New ones in place of those before, to be shown once: nothing but their digests is kept."""
    codes = [f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}d}" for _ in range(RECOVERY_CODES)]
    Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES).delete()
    digests = [digest_of_recovery_code(code, user=user) for code in codes]
    Authenticator.objects.create(user=user, type=Kind.RECOVERY_CODES, data={"digests": digests}, created_at=now)
    return codes


def forget_second_factors(*, user: User) -> None:
    """Apps, recovery codes and passkeys, all of them."""
    Authenticator.objects.filter(user=user).delete()


def digest_of_recovery_code(code: str, *, user: User) -> str:
    """What is kept of it."""
    return digest_of_code(code, purpose=f"recovery:{user.pk}")


def purpose_of(user: User) -> str:
    """What the key of this person's app is sealed for."""
    return f"totp:{user.pk}"


@dataclass(frozen=True, slots=True)
class DemoCode:
    """What an app would show to one of the demo's staff; empty when the codes that may be typed now have been used."""

    user: User
    code: str
    seconds_left: int


def list_demo_codes(*, now: datetime) -> list[DemoCode]:
    """For the keys that the demo made itself, and no others."""
    kept = Authenticator.objects.filter(type=Kind.TOTP, data__demo=True).select_related("user__organisation")
    found = (_demo_code(one, now=now) for one in kept.order_by("user_id"))
    return [one for one in found if one is not None]


def _demo_code(kept: Authenticator, *, now: datetime) -> DemoCode | None:
    """Of this step or, where that was used, of the next one, which may be typed already; none of a key that was sealed by an
    installation with another secret."""
    here, used = step_at(now), kept.data["last_step"]
    try:
        key = unseal(kept.data["secret"], purpose=purpose_of(kept.user))
    except Unreadable:
        return None
    free = here if used < here else here + 1
    return DemoCode(kept.user, code_of(key, free) if used < free else "", seconds_left(now))
