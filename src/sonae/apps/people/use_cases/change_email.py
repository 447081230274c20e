"""Move to another sign-in address: the old address proves it first, then the new one; or the desk does it, with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.audit.throttle import allow
from sonae.apps.parties.models import User
from sonae.apps.people.models import EmailChange
from sonae.apps.people.notices import tell
from sonae.apps.people.queries import find_email_change
from sonae.apps.people.secrets_of_mails import code_fits, digest_of_code, draw_code
from sonae.apps.people.use_cases.end_sign_ins import end_other_sign_ins

LIVES = timedelta(minutes=30)
CHANGES_AN_HOUR = 5
TRIES = 5
Stage = EmailChange.Stage


class TooManyTries(Exception):
    """This person has asked, or typed codes, too often; it begins anew later."""


class WrongCode(Exception):
    """The code is not the one of the newest mail."""


class NoChange(Exception):
    """No change is under way: it was never begun, is over, or too old."""


class EmailIsTaken(Exception):
    """Somebody signs in with this address already. Told to the desk alone."""


@transaction.atomic
def ask_email_change(*, user: User, new_email: str, language: str, now: datetime) -> EmailChange:
    """A code goes to the old address; nothing is said of the new one, known or not. Raises ``TooManyTries``."""
    if not allow(key=f"email-change:{user.pk}", most=CHANGES_AN_HOUR, within=timedelta(hours=1), now=now):
        raise TooManyTries
    leave_email_change(user=user)
    code = draw_code()
    change = EmailChange.objects.create(
        user=user, new_email=new_email.strip().lower(), stage=Stage.OLD, asked_at=now, expires_at=now + LIVES
    )
    _keep(change, code)
    tell("email_old_code", recipient=user.email, language=language, now=now, code=code)
    record(now=now, actor=f"user:{user.pk}", action="email.change_asked", object_kind="user", object_id=user.pk)
    return change


def leave_email_change(*, user: User) -> None:
    """Whatever was begun is over."""
    EmailChange.objects.filter(user=user, stage__in=(Stage.OLD, Stage.NEW)).update(stage=Stage.LEFT, code_digest="")


def give_code(*, user: User, code: str, session_key: str, language: str, now: datetime) -> EmailChange:
    """The change after the code: at the new address's turn, or done. Raises ``NoChange``, ``WrongCode`` or ``TooManyTries``.

    Each try is counted before it is looked at. When it is done, all sessions but the one with that key are ended.
    """
    change = find_email_change(user=user, now=now)
    if change is None:
        raise NoChange
    if not allow(key=f"email-change:{change.pk}:{change.stage}", most=TRIES, within=LIVES, now=now):
        leave_email_change(user=user)
        raise TooManyTries
    if not code_fits(code, change.code_digest, purpose=_purpose(change)):
        record(now=now, actor=f"user:{user.pk}", action="email.code_refused", object_kind="user", object_id=user.pk)
        raise WrongCode
    if change.stage == Stage.OLD:
        return _go_on_to_new(change, language=language, now=now)
    try:
        return _finish(change, session_key=session_key, language=language, now=now)
    except IntegrityError:  # somebody took the address in these very minutes
        leave_email_change(user=user)
        raise NoChange from None


@transaction.atomic
def _go_on_to_new(change: EmailChange, *, language: str, now: datetime) -> EmailChange:
    """The new address gets a code, or, where somebody signs in with it already, is told so; the page is the same for both."""
    change.stage = Stage.NEW
    code = draw_code()
    if User.objects.filter(email__iexact=change.new_email).exists():
        change.code_digest = ""
        change.save(update_fields=["stage", "code_digest"])
        tell("email_is_taken", recipient=change.new_email, language=language, now=now)
    else:
        change.save(update_fields=["stage"])
        _keep(change, code)
        tell("email_new_code", recipient=change.new_email, language=language, now=now, code=code)
    return change


@transaction.atomic
def _finish(change: EmailChange, *, session_key: str, language: str, now: datetime) -> EmailChange:
    user = User.objects.select_for_update().get(pk=change.user_id)
    change.stage, change.code_digest = Stage.DONE, ""
    change.save(update_fields=["stage", "code_digest"])
    _move(user, change.new_email, session_key=session_key, actor=f"user:{user.pk}", language=language, now=now)
    record(now=now, actor=f"user:{user.pk}", action="email.changed", object_kind="user", object_id=user.pk)
    change.user = user
    return change


@transaction.atomic
def change_email_by_desk(*, user: User, new_email: str, reason: str, staff: User, language: str, now: datetime) -> User:
    """The desk has made sure on the telephone who it is, and says how. All sessions end, both addresses are told.

    Raises PermissionError for somebody who is not of the staff or changes their own, ValueError without a reason,
    ``EmailIsTaken`` when somebody signs in with the address already.
    """
    if not staff.is_staff or staff.pk == user.pk:
        raise PermissionError("the desk alone, and nobody for themselves")
    if not reason.strip():
        raise ValueError("a reason is needed")
    user = User.objects.select_for_update().get(pk=user.pk)
    new_email = new_email.strip().lower()
    if User.objects.filter(email__iexact=new_email).exclude(pk=user.pk).exists():
        raise EmailIsTaken
    leave_email_change(user=user)
    _move(user, new_email, session_key="", actor=f"user:{staff.pk}", language=language, now=now)
    record(now=now, actor=f"user:{staff.pk}", action="email.changed_by_desk", object_kind="user", object_id=user.pk,
           reason=reason.strip()[:200])  # fmt: skip
    return user


def _move(user: User, new_email: str, *, session_key: str, actor: str, language: str, now: datetime) -> None:
    old = user.email
    user.email = new_email
    user.save(update_fields=["email"])
    end_other_sign_ins(user=user, session_key=session_key, actor=actor, now=now)
    for recipient in (old, new_email):
        tell("email_changed", recipient=recipient, language=language, now=now, old=old, new=new_email)


def _keep(change: EmailChange, code: str) -> None:
    change.code_digest = digest_of_code(code, purpose=_purpose(change))
    change.save(update_fields=["code_digest"])


def _purpose(change: EmailChange) -> str:
    return f"email:{change.pk}:{change.stage}"
