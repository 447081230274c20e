"""How often something may be tried, and how long that is remembered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from sonae.apps.audit.models import Throttle
from sonae.apps.audit.throttle import allow, forget_ended_windows
from sonae.config.jobs import daily_round
from tests import clock

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def tries(*seconds: int, key: str = "quotes:a", most: int = 2) -> list[bool]:
    """What each try at that second is told."""
    return [allow(key=key, most=most, within=MINUTE, now=clock.later(seconds=second)) for second in seconds]


def test_the_first_tries_of_a_window_are_allowed_and_no_more() -> None:
    assert tries(0, 1, 2, 59) == [True, True, False, False]


def test_the_window_begins_with_the_first_try_and_a_new_one_after_it_has_ended() -> None:
    assert tries(0, 30, 59, 60, 61, 62) == [True, True, False, True, True, False]


def test_each_key_is_counted_by_itself() -> None:
    assert tries(0, 0, 0) == [True, True, False]
    assert tries(0, 0, key="quotes:b") == [True, True]


def test_windows_that_have_ended_are_forgotten_and_the_others_go_on_counting() -> None:
    tries(0, 0, 0, key="old")
    tries(40, 40, 40, key="new")
    assert forget_ended_windows(now=clock.later(seconds=60)) == 1
    assert [row.key for row in Throttle.objects.all()] == ["new"]
    assert tries(61, key="new") == [False]


def test_the_daily_round_forgets_tries_and_sessions_that_are_over() -> None:
    over, alive = SessionStore(), SessionStore()
    over.set_expiry(-1)
    for session in (over, alive):
        session["a"] = 1
        session.save()
    allow(key="old", most=1, within=-MINUTE, now=clock.now())
    assert daily_round(timestamp=0) == 1
    assert [session.pk for session in Session.objects.all()] == [alive.session_key]
