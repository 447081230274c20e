"""Browsers at the doors of members and staff: signed in just now or a while ago, and what stands in their mails."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.test import Client

from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import User
from sonae.apps.people.one_time_codes import code_of, draw_key, step_at
from sonae.apps.people.second_factors import keep_key
from sonae.web.shared.idle import USED
from sonae.web.shared.staff_door import SECOND_FACTOR
from tests import clock

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/143.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"


def newest_mail(recipient: str) -> OutboxMessage:
    return OutboxMessage.objects.filter(recipient=recipient).latest("id")


def newest_code(recipient: str) -> str:
    found = re.search(r"^ +(\d{6})$", newest_mail(recipient).body, re.MULTILINE)
    assert found
    return found[1]


def sign_in(browser: Client, email: str) -> Any:
    browser.post("/sign-in/", {"email": email})
    return browser.post("/sign-in/code/", {"code": newest_code(email)})


def signed_in(user: User, user_agent: str = CHROME) -> Client:
    """A browser in which this person has signed in with a code, just now; somebody of the staff with their app's code as well."""
    browser = Client(headers={"User-Agent": user_agent})
    assert sign_in(browser, user.email).status_code == 302
    if user.is_staff:
        assert give_app_code(browser, give_app(user)).status_code == 302
    return browser


def browser_of(user: User, browser_class: type[Client] = Client, **given: Any) -> Client:
    """As if this person had signed in just now, somebody of the staff with their second factor: for tests of what lies behind."""
    return enter(browser_class(**given), user)


def enter(browser: Client, user: User) -> Client:
    """The same with a browser that is there. What a session of the staff has to hold is written into it by name, so that a
    door which asks for more is noticed."""
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    if user.is_staff:
        session, moment = browser.session, clock.now().isoformat()
        session.update({USED: moment, SECOND_FACTOR: {"user": user.pk, "by": "app", "at": moment}})
        session.save()
    return browser


def give_app(user: User) -> str:
    """The key of an app that this person has set up."""
    key = draw_key()
    keep_key(user=user, key=key, last_step=0, now=clock.now())
    return key


def app_code(key: str, at: datetime | None = None) -> str:
    """What the app shows."""
    return code_of(key, step_at(at or clock.now()))


def give_app_code(browser: Client, key: str) -> Any:
    return browser.post("/sign-in/second/", {"code": app_code(key)})


def is_in(browser: Client) -> bool:
    return bool(browser.get("/portal/").status_code == 200)
