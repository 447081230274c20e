"""Browsers at the member's door: signed in just now or a while ago, and what stands in their mails."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from sonae.apps.documents.models import OutboxMessage
from sonae.apps.parties.models import User

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
    """A browser in which this person has signed in with a code, just now."""
    browser = Client(headers={"User-Agent": user_agent})
    assert sign_in(browser, user.email).status_code == 302
    return browser


def is_in(browser: Client) -> bool:
    return bool(browser.get("/portal/").status_code == 200)
