"""A person of the staff gives their second factor: a code of their app, or a recovery code. Each works once."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.crypto import constant_time_compare

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow, forget_tries
from sonae.apps.parties.models import User
from sonae.apps.people.notices import tell
from sonae.apps.people.one_time_codes import fitting_step
from sonae.apps.people.sealing import Unreadable, unseal
from sonae.apps.people.second_factors import Kind, digest_of_recovery_code, purpose_of

# Three codes of a million fit at any moment: sixty tries a day find one of them in fifteen years, on the average.
TRIES = ((5, timedelta(minutes=10)), (60, timedelta(days=1)))


class Given(StrEnum):
    """By what the second factor was given."""

    APP = "app"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"


class WrongCode(Exception):
    """It fits nothing, or was used before. Which of these is never told."""


class TooManyTries(Exception):
    """This person has to wait; they are told by mail, once a day."""


def give_second_factor(*, user: User, typed: str, language: str, now: datetime) -> Given:
    """By what it was given; the code is used up. Raises ``WrongCode`` or ``TooManyTries``.

    Counted before it is looked at, and outside the transaction, so that tries which arrive at once are counted one by one. A code
    that fits takes back what was counted.
    """
    keys = [f"second:{user.pk}:{most}" for most, _ in TRIES]
    if not all(
        allow(key=key, most=most, within=within, now=now) for key, (most, within) in zip(keys, TRIES, strict=True)
    ):
        _warn(user, language=language, now=now)
        raise TooManyTries
    with transaction.atomic():
        given = _use(user, typed, now=now)
        if given is not None:
            record(now=now, actor=f"user:{user.pk}", action="second_factor.given", object_kind="user", object_id=user.pk,
                   by=given)  # fmt: skip
            forget_tries(keys=keys)
        if given is Given.RECOVERY_CODE:
            tell("recovery_code_used", recipient=user.email, language=language, now=now)
    if given is None:
        record(now=now, actor=f"user:{user.pk}", action="second_factor.refused", object_kind="user", object_id=user.pk)
        raise WrongCode
    return given


def _use(user: User, typed: str, *, now: datetime) -> Given | None:
    """Under a lock: of two requests with one code the second finds it used."""
    kept = Authenticator.objects.select_for_update().filter(user=user, type__in=(Kind.TOTP, Kind.RECOVERY_CODES))
    by_kind = {one.type: one for one in kept.order_by("id")}
    if (app := by_kind.get(Kind.TOTP)) and _takes_app_code(app, user, typed, now=now):
        return Given.APP
    if (codes := by_kind.get(Kind.RECOVERY_CODES)) and _takes_recovery_code(codes, user, typed, now=now):
        return Given.RECOVERY_CODE
    return None


def _takes_app_code(app: Authenticator, user: User, typed: str, *, now: datetime) -> bool:
    try:
        key = unseal(app.data["secret"], purpose=purpose_of(user))
    except Unreadable:
        return False  # the key of the installation was exchanged: the second factor has to be reset
    step = fitting_step(key, typed, now=now)
    if step is None or step <= app.data["last_step"]:
        return False
    _keep(app, {**app.data, "last_step": step}, now=now)
    return True


def _takes_recovery_code(codes: Authenticator, user: User, typed: str, *, now: datetime) -> bool:
    digest = digest_of_recovery_code(typed, user=user)
    left = [one for one in codes.data["digests"] if not constant_time_compare(one, digest)]
    if len(left) == len(codes.data["digests"]):
        return False
    _keep(codes, {**codes.data, "digests": left}, now=now)
    return True


def _keep(kept: Authenticator, data: dict[str, object], *, now: datetime) -> None:
    kept.data, kept.last_used_at = data, now
    kept.save(update_fields=["data", "last_used_at"])


def _warn(user: User, *, language: str, now: datetime) -> None:
    if allow(key=f"second:warned:{user.pk}", most=1, within=timedelta(days=1), now=now):
        record(now=now, actor=f"user:{user.pk}", action="second_factor.too_many_tries", object_kind="user",
               object_id=user.pk)  # fmt: skip
        tell("second_factor_tries", recipient=user.email, language=language, now=now)
