"""A person of the staff sets up an app with codes, and proves it by one of them; makes new recovery codes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.parties.models import User
from sonae.apps.people.notices import tell
from sonae.apps.people.one_time_codes import fitting_step
from sonae.apps.people.second_factors import keep_key, keep_recovery_codes, second_factors_of
from sonae.apps.people.use_cases.give_second_factor import TooManyTries, WrongCode

TRIES, WITHIN = 10, timedelta(minutes=10)


class SetUpAlready(Exception):
    """Meanwhile the person has a second factor, and has not given it here."""


def set_up_second_factor(
    *, user: User, key: str, typed: str, may_replace: bool, language: str, now: datetime
) -> list[str]:
    """The recovery codes, to be shown once; the app with this key counts from now on, and the code that proved it is used.

    ``may_replace``: the person has given their second factor, and takes another app in place of the one before. Raises
    ``WrongCode``, ``TooManyTries`` or ``SetUpAlready``.
    """
    if not allow(key=f"second:set_up:{user.pk}", most=TRIES, within=WITHIN, now=now):
        raise TooManyTries
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if second_factors_of(user).is_set_up and not may_replace:
            raise SetUpAlready
        step = fitting_step(key, typed, now=now)
        if step is None:
            raise WrongCode
        keep_key(user=user, key=key, last_step=step, now=now)
        codes = keep_recovery_codes(user=user, now=now)
        record(now=now, actor=f"user:{user.pk}", action="second_factor.set_up", object_kind="user", object_id=user.pk)
        tell("second_factor_set_up", recipient=user.email, language=language, now=now)
    return codes


@transaction.atomic
def renew_recovery_codes(*, user: User, language: str, now: datetime) -> list[str]:
    """To be shown once; those before are worth nothing."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    codes = keep_recovery_codes(user=user, now=now)
    record(
        now=now, actor=f"user:{user.pk}", action="second_factor.codes_renewed", object_kind="user", object_id=user.pk
    )
    tell("recovery_codes_renewed", recipient=user.email, language=language, now=now)
    return codes
