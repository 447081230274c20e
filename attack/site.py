"""A Sonae to be attacked: as ``sonae run`` starts it, on ports and a database of its own, with the doors held open.

Limits on tries would answer 429 and a saved step would outdate every later request, so that the tools reached nothing behind.
Both are taken off by triggers in the throwaway database; the code has no switch for it.
"""

from __future__ import annotations

import itertools
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from bench.browser import Browser
from tests.journeys.site import RunningSite, SiteProcess

from attack.visits import FILE
from sonae.config import database

SETTINGS = "attack.settings"
OPEN_DOORS = """
    CREATE FUNCTION attack_uncounted() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.tries := 0; RETURN NEW; END $$;
    CREATE TRIGGER attack_uncounted BEFORE INSERT OR UPDATE ON audit_throttle
        FOR EACH ROW EXECUTE FUNCTION attack_uncounted();
    CREATE FUNCTION attack_same_revision() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.revision := OLD.revision; RETURN NEW; END $$;
    CREATE TRIGGER attack_same_revision BEFORE UPDATE ON enrolment_stepanswers
        FOR EACH ROW EXECUTE FUNCTION attack_same_revision()
    """
MEMBER = "komuten@mihon.example"  # of the demo, without cover


@contextmanager
def running_site(visits: Path) -> Iterator[RunningSite]:
    """Started, doors open, and Django in this process on the same database, so that people can be brought to their pages."""
    with tempfile.TemporaryDirectory(prefix="sonae-attack-") as folder:
        process = SiteProcess(database.prepare(Path(folder)).owner, {FILE: str(visits)}, settings=SETTINGS)
        try:
            site = process.start()
            site.sql(OPEN_DOORS)
            _start_django(site, visits)
            yield site
        finally:
            _leave_database()
            process.stop()


def _start_django(site: RunningSite, visits: Path) -> None:
    os.environ |= {
        FILE: str(visits),
        "DATABASE_URL": site.database_url,
        "SONAE_VAR": str(site.log.parent),
        "SONAE_SANDBOX_CARD_URL": site.cards,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
    }
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()  # the tests' browser asks for a host of its own


def _leave_database() -> None:
    from django.db import connections

    connections.close_all()


@contextmanager
def people_of_their_own() -> Iterator[None]:
    """The tests call the cast in once for each database; here each page needs a member and a newcomer of its own."""
    from tests import cast

    numbers, enter_person = itertools.count(60_000_000), cast.enter_person

    def call_in() -> object:
        number = str(next(numbers))
        member = cast.enter_member(
            number, "basic", "青木工務店", kana="アオキコウムテン", email=f"{number}@sample.example"
        )
        owner = enter_person(f"{number}@sample.example")
        cast.let_act(owner, member, cast.MemberAccess.Role.OWNER)
        return cast.Cast(member, member, owner, owner, owner, owner, owner)

    def enter_other(email: str, **fields: object) -> object:
        return enter_person(f"{next(numbers)}.{email}", **fields)

    with patch.object(cast, "call_in", call_in), patch.object(cast, "enter_person", enter_other):
        yield


def sign_in(site: RunningSite) -> dict[str, str]:
    """The cookies of a member of the demo, who signs in with the code from the outbox as people do."""
    browser = Browser(site.address, sender="127.0.0.1")
    browser.open("/portal/")
    browser.send(email=MEMBER)
    rows = site.sql("SELECT body FROM documents_outboxmessage WHERE recipient = %s ORDER BY id DESC LIMIT 1", MEMBER)
    browser.send(code=re.findall(r"^\s*(\d{6})\s*$", str(rows[0][0]), re.MULTILINE)[0])
    assert browser.address.endswith("/portal/"), browser.address
    return browser.cookies
