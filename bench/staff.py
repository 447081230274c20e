"""Somebody of the staff at a browser, for the pages of the desk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from sonae.apps.parties.models import User


def browser_of_staff(user: User, *, moment: datetime, **given: str) -> Client:
    """Signed in at that moment of the pages' clock, past the second factor."""
    from tests import clock
    from tests.web.door import browser_of

    with clock.at(moment):
        return browser_of(user, **given)
