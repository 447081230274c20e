"""Renewals confirmed by members at once: the one page is sent, the kept card held, everything checked again, captured, issued.

``sonae run`` serves them as it serves everybody, with one web server more beside its own, as behind a proxy; users in parallel
send the page that they have read, half of them to either. A bare Django page on the same kind of server is the yardstick.
Afterwards every member has one certificate that follows the old one, and no yen is unexplained.
"""

from __future__ import annotations

import html
import json
import os
import re
import sqlite3
import tempfile
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path

import urllib3
from tests.journeys.site import RunningSite, SiteProcess

from bench.load import p95, times_of
from bench.web import bare_site, visits
from sonae.config import database

MEMBERS = int(os.environ.get("SONAE_BENCH_CONFIRMATIONS", "240"))
WARM_UP = 16
SEASON = {"DJANGO_SETTINGS_MODULE": "bench.october", "PYTHONPATH": str(Path(__file__).parents[1])}


def main() -> None:
    """Print renewals a second and their 95th percentile under 2 and 8 users, beside the bare page."""
    with tempfile.TemporaryDirectory() as folder:
        process = SiteProcess(database.prepare(Path(folder)).owner, SEASON, settings="bench.october")
        try:
            site = process.start()
            _measure(site, [site.address, process.start_web(site)])
        finally:
            process.stop()


def _measure(site: RunningSite, webs: list[str]) -> None:
    members = Renewing(site, webs, members=WARM_UP + 2 * MEMBERS)
    times_of(members.confirm, visits=WARM_UP)
    pool, done = urllib3.PoolManager(maxsize=8, retries=False), WARM_UP
    size = len(pool.request("GET", f"{site.address}/").data)
    with bare_site(pool, size) as bare:
        for users in (2, 8):
            members.read_pages(range(done, done + MEMBERS))
            first, began = done, time.perf_counter()
            seconds = times_of(lambda place: members.confirm(first + place), visits=MEMBERS, users=users)  # noqa: B023
            rate = MEMBERS / (time.perf_counter() - began)
            yardstick = p95(visits(pool, bare))
            print(
                f"{MEMBERS} renewals, {users} users: {rate:.1f} a second, p95 {p95(seconds) * 1000:.0f} ms; "
                f"bare page p95 {yardstick * 1000:.0f} ms, ratio {p95(seconds) / yardstick:.1f}",
                flush=True,
            )
            done += MEMBERS
    members.check(done)


class Renewing:
    """Members with a certificate that expires on 1 December and a kept card; each has the page of its renewal open."""

    def __init__(self, site: RunningSite, webs: list[str], *, members: int) -> None:
        self._site, self._webs = site, webs
        os.environ |= SEASON | {"DATABASE_URL": site.database_url, "SONAE_VAR": str(site.log.parent)}
        import django

        django.setup()
        self._pages: dict[int, tuple[str, dict[str, str], dict[str, str]]] = {}
        self._pool = urllib3.PoolManager(maxsize=8, retries=False)
        self._cookies = [self._enter(place) for place in range(members)]
        self._keep_cards(members)
        self.read_pages(range(WARM_UP))

    def _enter(self, place: int) -> str:
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore
        from django.utils.crypto import get_random_string
        from tests.cast import enter_member, enter_person, let_act
        from tests.web.holdings import give_paid_cover

        from sonae.apps.enrolment.models import Application, StepAnswers

        member = enter_member(number_of(place), "basic", f"計測商店{place}", email=f"renewal-{place}@keisoku.example")
        user = enter_person(f"renewal-{place}@keisoku.example")
        let_act(user, member, "owner")
        old = give_paid_cover(member, date(2025, 12, 1))
        before = Application.objects.create(
            public_id=get_random_string(32), number=f"K{place}", member=member, user=user, scheme_year=old.scheme_year,
            start_on=old.starts_on, state="issued", language="ja", certificate=old, started_at=old.issued_at,
            changed_at=old.issued_at,
        )  # fmt: skip
        for step, answers in (("needs", NEEDS), ("company", COMPANY)):
            StepAnswers.objects.create(
                application=before, step=step, answers=answers, revision=1, saved_at=old.issued_at
            )
        session = SessionStore()
        session.update({
            SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        })  # fmt: skip
        session.save()
        return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"

    def _keep_cards(self, members: int) -> None:
        """The same good card for each, as its purchase would have left it with the processor and with us."""
        from sonae.apps.billing.models import CardConsent, SavedCard
        from sonae.apps.parties.models import Member
        from sonae.integrations.sandbox_card.cards import Behaviour

        with sqlite3.connect(self._site.journal / "journal.sqlite3") as journal:
            journal.executemany(
                "INSERT INTO saved_cards VALUES (?, '2026-01-01T00:00:00+00:00', 's', 'visa', '4242', 2099, 12, ?)",
                [(f"card_{place}", json.dumps(asdict(Behaviour()))) for place in range(members)],
            )
        for place in range(members):
            member = Member.objects.get(number=number_of(place))
            access = member.people.get()
            consent = CardConsent.objects.create(
                member=member, user=access.user, text="x", digest="x", language="ja", given_at=member.created_at
            )
            SavedCard.objects.create(
                member=member, consent=consent, gateway="sandbox_card", token=f"card_{place}", brand="visa", last4="4242",
                expiry_year=2099, expiry_month=12, saved_at=member.created_at,
            )  # fmt: skip

    def read_pages(self, places: range) -> None:
        """Each member opens its offer and goes on to the page of renewing; not measured."""
        for place in places:
            offer = f"{self._site.address}/portal/renewal/C202512-{self._member_id(place)}/"
            cookie, token = self._open(offer, self._cookies[place])[1:]
            started = self._pool.request(
                "POST", offer, fields={"csrfmiddlewaretoken": token}, headers={"Cookie": cookie}, encode_multipart=False,
                redirect=False,
            )  # fmt: skip
            page = started.headers["Location"].rstrip("/") + "/renew/"
            text, cookie, token = self._open(self._site.address + page, cookie)
            hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(text)}
            self._pages[place] = (page, {**hidden, **ANSWERS, "csrfmiddlewaretoken": token}, {"Cookie": cookie})

    def _open(self, address: str, cookie: str) -> tuple[str, str, str]:
        answer = self._pool.request("GET", address, headers={"Cookie": cookie})
        assert answer.status == 200, (address, answer.status)
        text = answer.data.decode()
        given = re.search(r"csrftoken=([^;]+)", answer.headers.get("Set-Cookie", ""))
        if given:
            cookie = f"{cookie.partition('; csrftoken')[0]}; csrftoken={given[1]}"
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert found, address
        return text, cookie, found[1]

    def _member_id(self, place: int) -> int:
        from sonae.apps.parties.models import Member

        return int(Member.objects.values_list("pk", flat=True).get(number=number_of(place)))

    def confirm(self, place: int) -> None:
        """One press: what is measured."""
        page, fields, headers = self._pages[place]
        web = self._webs[place % len(self._webs)]
        answer = self._pool.request(
            "POST", web + page, fields=fields, headers=headers, encode_multipart=False, redirect=False
        )
        assert (answer.status, answer.headers.get("Location", "").endswith("/paid/")) == (302, True), (
            answer.status,
            re.findall(r"<h2[^>]*>(.*?)</h2>", answer.data.decode()),
        )

    def check(self, members: int) -> None:
        """Each old certificate is followed by one new one, issued by a captured payment; debit and credit add to nought."""
        found = self._site.sql(
            """SELECT count(*), count(DISTINCT renewed_from_id), (SELECT sum(posted_yen) FROM billing_posting),
                 (SELECT count(*) FROM billing_payment WHERE state = 'captured' AND saved_card_id IS NOT NULL)
               FROM certificates_certificate WHERE renewed_from_id IS NOT NULL"""
        )
        assert found == [(members, members, 0, members)], found
        print(f"{members} renewals, {members} certificates, books balanced")


def number_of(place: int) -> str:
    return str(71_000_000 + place)


HIDDEN = re.compile(r'<input type="hidden" name="(revision|seen)" value="([^"]*)"')
NEEDS = {
    "data_kept": ["buyers_personal"], "persons": "up_to_1000", "contract_demands": ["nothing"], "budget": "up_to_100000",
    "other_cover": "no",
}  # fmt: skip
COMPANY = {
    "name": "計測商店", "kana": "ケイソクショウテン", "representative": "計測 花", "corporate_number": "", "postcode": "100-0001",
    "prefecture": "東京都", "city": "千代田区", "street": "千代田1-1", "building": "", "telephone": "03-0000-0000",
    "insured_is": "same", "insured_name": "", "insured_kana": "", "insured_address": "", "insured_relation": "",
    "explained_to_insured": False,
}  # fmt: skip
TICKS = (
    "overview", "points_to_note", "privacy", "electronic_delivery", "truthful", "no_antisocial_forces", "no_cooling_off",
    "personal_data", "intent_confirmed",
)  # fmt: skip
ANSWERS = {
    "industry": "other_services", "sales": "500", "plan": "P100", "past_event": "no", "notified_breach": "no",
    "pay_with": "saved", **dict.fromkeys(TICKS, "on"),
}  # fmt: skip
