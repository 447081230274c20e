"""Whole applications under users in parallel: from the sign-in code to the certificate's PDF, each by another member.

Every application must end in exactly one certificate, and the books must come out: the oracle of the fault tests looks at
every one of them afterwards. The clock runs from the first request to the last, the card page and the codes included.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass

import psycopg
from tests.faults.books import check_books
from tests.journeys.site import RunningSite

from bench.browser import Browser
from sonae.integrations.sandbox_card.card_holder import CardHolder

FIRST_NUMBER = 70_000_000


@dataclass(frozen=True, slots=True)
class Applied:
    """One application that was carried through."""

    public_id: str
    seconds: float
    requests: tuple[float, ...]  # seconds of each


class Applicants:
    """The members of the measurement: each applies once."""

    def __init__(self, site: RunningSite, *, members: int) -> None:
        self._site = site
        _start_django(site)
        from tests.cast import enter_member
        from tests.web import applicant

        self._answers = applicant
        for place in range(members):
            enter_member(
                number_of(place), "basic", f"計測商店{place}", kana="ケイソクショウテン", email=email_of(place)
            )

    def apply(self, place: int) -> Applied:
        """The member with this place goes all the way."""
        began = time.perf_counter()
        browser = Browser(self._site.address, sender=f"127.1.{place // 250}.{place % 250 + 1}")
        browser.open("/apply/")
        browser.send(email=email_of(place))
        browser.send(code=self._code_for(email_of(place)))
        browser.send(number=number_of(place), member_class="basic")
        base = browser.address.removesuffix("needs/")
        browser.send(**self._answers.NEEDS)
        browser.send(**self._answers.RISK, action="calculate")
        browser.send(**self._answers.RISK, plan="P100")
        for document in self._answers.READ:
            browser.open(f"{base}documents/{document}/")
            browser.send()
        browser.send(**self._answers.CONSENTS)
        browser.send(**self._answers.DISCLOSURE)
        browser.send(**self._answers.COMPANY)
        browser.send(**self._answers.DECLARATIONS)
        browser.send()  # to the card page, which is not ours
        browser.open(CardHolder().pay(browser.address).location)
        browser.open("/portal/")
        pdf = browser.open(browser.find(r'(?s)class="file-name">加入者証.*?href="([^"]+)"'))
        assert pdf.startswith(b"%PDF"), pdf[:80]
        return Applied(base.rstrip("/").rsplit("/", 1)[-1], time.perf_counter() - began, tuple(browser.seconds))

    def check(self, applied: list[Applied]) -> None:
        """One certificate each, and no yen unexplained."""
        public_ids = [one.public_id for one in applied]
        findings = check_books(
            database=self._site.database_url,
            journal=self._site.log.parent / "sandbox-card",
            applications=public_ids,
        )
        assert not findings, findings
        issued = self._site.sql(
            """SELECT count(*), count(DISTINCT c.member_id) FROM certificates_certificate c
               JOIN enrolment_application a ON a.certificate_id = c.id WHERE a.public_id = ANY(%s)""",
            public_ids,
        )
        assert issued == [(len(applied), len(applied))], issued

    def _code_for(self, email: str) -> str:
        with psycopg.connect(self._site.database_url) as connection:
            row = connection.execute(
                "SELECT body FROM documents_outboxmessage WHERE recipient = %s", [email]
            ).fetchone()
        assert row, email
        return re.findall(r"^\s*(\d{6})\s*$", row[0], re.MULTILINE)[0]


def number_of(place: int) -> str:
    return str(FIRST_NUMBER + place)


def email_of(place: int) -> str:
    return f"member-{place}@keisoku.example"


def _start_django(site: RunningSite) -> None:
    """On the site's own database, to enter the members."""
    os.environ |= {
        "DATABASE_URL": site.database_url,
        "SONAE_VAR": str(site.log.parent),
        "DJANGO_SETTINGS_MODULE": "sonae.config.settings.run",
    }
    import django

    django.setup()
