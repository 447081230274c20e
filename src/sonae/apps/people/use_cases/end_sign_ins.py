"""End a session from another browser. Its row is deleted, so the next request with its id is nobody's."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import User
from sonae.apps.people.models import SignIn


@transaction.atomic
def end_sign_in(*, user: User, sign_in_id: int, now: datetime) -> bool:
    """Whether it was one of this person's living sessions; it is ended."""
    found = SignIn.objects.select_for_update().filter(pk=sign_in_id, user=user, ended_at=None).first()
    if found is None:
        return False
    _end([found], now=now)
    record(now=now, actor=f"user:{user.pk}", action="session.ended", object_kind="user", object_id=user.pk)
    return True


@transaction.atomic
def end_other_sign_ins(*, user: User, session_key: str, actor: str, now: datetime) -> int:
    """End all of this person's sessions but the one with that key (none is kept for ""), and say how many were known.

    The secret of the person changes, so that sessions of which nothing was written down die as well. The caller keeps its own
    with Django's ``update_session_auth_hash``.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
    others = list(SignIn.objects.select_for_update().filter(user=user, ended_at=None).exclude(session_key=session_key))
    _end(others, now=now)
    record(now=now, actor=actor, action="session.all_others_ended", object_kind="user", object_id=user.pk)
    return len(others)


def note_ended(*, session_key: str, now: datetime) -> None:
    """The session has ended by itself: signed out, or given a new id."""
    SignIn.objects.filter(session_key=session_key).update(session_key="", ended_at=now)


def note_new_key(*, old: str, new: str) -> None:
    """The same session goes on under a new id."""
    SignIn.objects.filter(session_key=old).update(session_key=new)


def _end(sign_ins: list[SignIn], *, now: datetime) -> None:
    Session.objects.filter(pk__in=[one.session_key for one in sign_ins]).delete()
    SignIn.objects.filter(pk__in=[one.pk for one in sign_ins]).update(session_key="", ended_at=now)
