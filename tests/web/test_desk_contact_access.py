"""Whose things are whose: every referral, complaint and request, tried by everybody of every organisation at every address.

Who may not see a thing is answered exactly as for one that never was: status, headers and body. The trial counts its requests.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from sonae.apps.audit.models import Throttle
from sonae.apps.contact.complaint_models import Complaint
from sonae.apps.contact.data_request_models import RegisteredRequest
from sonae.apps.contact.referral_models import ReferralStep, SpokenWithdrawal, ThirdPartyProvision
from sonae.domain.staff_rights import Party, Position, Right
from tests import cast
from tests.apps.contact.asking import register
from tests.apps.contact.complaining import complain
from tests.apps.contact.referring import WAY, on_its_way
from tests.web.agency_sender import KEYS, REFERRALS, AgencySender
from tests.web.door import browser_of

pytestmark = pytest.mark.django_db
NOBODYS = "S2026-999999-9"
PASSED = {state for state in WAY if "passed" in WAY[state]}
PREFIXES = ("", "/en")
METHODS = ("get", "head", "post")
ACTS = ("", "pass/", "answer/", "withdraw/")
POSTS = tuple(itertools.product(Party, Position))


def shown(answer: Any, number: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body without what differs from one answer to the next."""
    body = answer.content.decode(errors="replace")
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", body).replace(number, "")
    headers = {name: value for name, value in answer.headers.items() if name not in {"Content-Length", "Expires"}}
    return answer.status_code, {name: value.replace(number, "") for name, value in headers.items()}, text


@pytest.fixture
def numbers(programme: object) -> dict[str, str]:
    """A referral at every point of its way."""
    return {state: on_its_way(state).number for state in WAY}


@pytest.fixture
def browsers(programme: object) -> dict[tuple[Party, Position], Client]:
    made = {}
    for party, position in POSTS:
        made[party, position] = browser_of(cast.enter_staff(party, position))
    return made


def written() -> tuple[int, ...]:
    """What none of the refused may have added to."""
    tables = (ThirdPartyProvision, ReferralStep, SpokenWithdrawal, Complaint, RegisteredRequest)
    return tuple(table.objects.count() for table in tables)


def may_see(party: Party, position: Position, state: str) -> bool:
    if party == Party.OPERATOR:
        return position in {Position.CLERK, Position.SOLICITOR, Position.SUPERVISOR, Position.AUDITOR}
    if party == Party.AGENCY and state in PASSED:
        return position in {Position.CLERK, Position.SOLICITOR, Position.SUPERVISOR, Position.AUDITOR}
    return False


def test_every_referral_is_tried_by_everybody(
    numbers: dict[str, str], browsers: dict[tuple[Party, Position], Client]
) -> None:
    before, tried = written(), Counter[str]()
    for (party, position), browser in browsers.items():
        for prefix, act, method in itertools.product(PREFIXES, ACTS, METHODS):
            absent = shown(getattr(browser, method)(f"{prefix}/desk/referrals/{NOBODYS}/{act}"), NOBODYS)
            for state, number in numbers.items():
                tried["in all"] += 1
                if may_see(party, position, state):
                    if method != "post" and not act:
                        answer = getattr(browser, method)(f"{prefix}/desk/referrals/{number}/")
                        assert answer.status_code == 200, (party, position, state)
                        tried["seen"] += 1
                    continue
                answer = shown(getattr(browser, method)(f"{prefix}/desk/referrals/{number}/{act}"), number)
                assert answer == absent, (party, position, state, act, method)
                assert answer[0] in {404, 405}
                tried["refused"] += 1
            Throttle.objects.all().delete()  # or the log, which counts refusals by the hour, would tell them apart
    assert written() == before
    assert tried["in all"] == len(POSTS) * len(PREFIXES) * len(ACTS) * len(METHODS) * len(WAY) == 4032
    assert tried["refused"] > 2_500
    assert tried["seen"] > 150


def test_no_list_and_no_filter_shows_what_is_not_theirs(
    numbers: dict[str, str], browsers: dict[tuple[Party, Position], Client]
) -> None:
    newest = max(one.pk for one in ThirdPartyProvision.objects.all()) + 1_000
    queries = [
        "", "?show=open", "?show=waiting", "?show=passed", "?show=answered", "?show=withdrawn", "?show=all", "?show=ALL",
        f"?show=all&before={newest}", "?show=all&before=-1", "?show=all&before=1%20OR%201=1", "?show[]=all", "?party=operator",
    ]  # fmt: skip
    tried = 0
    for ((party, position), browser), prefix, query in itertools.product(browsers.items(), PREFIXES, queries):
        answer = browser.get(f"{prefix}/desk/referrals/{query}")
        tried += 1
        for state, number in numbers.items():
            if not may_see(party, position, state):
                assert number not in answer.content.decode(), (party, position, state, query)
        Throttle.objects.all().delete()
    assert tried == len(POSTS) * len(PREFIXES) * len(queries)


def test_the_agencys_system_gets_what_was_passed_and_other_keys_get_nothing(
    numbers: dict[str, str], settings: Settings
) -> None:
    settings.SONAE_FEED_KEYS, settings.SONAE_FEEDS_A_MINUTE = KEYS, 1_000_000
    agency, body = AgencySender(), {"step": "taken", "happened_on": "2026-11-23"}
    absent, absent_told = agency.look(NOBODYS), agency.tell(NOBODYS, body)
    for state, number in numbers.items():
        if state in PASSED:
            assert agency.look(number).status_code == 200
            continue
        for answer, nobodys in ((agency.look(number), absent), (agency.tell(number, body), absent_told)):
            assert shown(answer, number) == shown(nobodys, NOBODYS)
            assert answer.status_code == 404
    for show in ("open", "passed", "answered", "withdrawn", "all"):
        told = {one["number"] for one in agency.look(query=f"show={show}").json()["referrals"]}
        assert told <= {numbers[state] for state in PASSED}, show
    for key_id, number in itertools.product(("asks", "kaihi-2026", "nobody"), (*numbers.values(), "")):
        assert AgencySender(key_id=key_id).look(number).status_code == 401
    for number in numbers.values():
        assert Client().get(f"{REFERRALS}/{number}").status_code == 401


REGISTERS = {
    "complaints": (Right.SEE_COMPLAINTS, {Party.OPERATOR, Party.INSURER, Party.ORGANISER}),
    "data-requests": (Right.SEE_DATA_REQUESTS, {Party.OPERATOR, Party.ORGANISER}),
}


@pytest.mark.parametrize("register_name", REGISTERS)
def test_the_registers_are_there_for_those_who_answer_for_them(
    browsers: dict[tuple[Party, Position], Client], register_name: str
) -> None:
    number = (complain() if register_name == "complaints" else register()).number
    _, theirs = REGISTERS[register_name]
    before, seen_by = written(), set()
    for (party, position), browser in browsers.items():
        for prefix, act, method in itertools.product(PREFIXES, ("", "note/"), METHODS):
            address = f"{prefix}/desk/{register_name}/{{}}/{act}"
            absent = shown(getattr(browser, method)(address.format(NOBODYS)), NOBODYS)
            answer = shown(getattr(browser, method)(address.format(number)), number)
            if answer != absent:
                assert party in theirs, (party, position)
                seen_by.add(party)
            Throttle.objects.all().delete()
        listing = browser.get(f"/desk/{register_name}/?show=all")
        if party not in theirs:
            assert number not in listing.content.decode(), (party, position)
        if register_name == "complaints":
            taken = browser.get("/desk/complaints.csv?show=all")
            assert (number in taken.content.decode()) <= (party in theirs)
    assert seen_by == theirs
    assert written() == before


def test_whom_a_complaint_comes_from_is_not_the_insurers_to_know(
    browsers: dict[tuple[Party, Position], Client],
) -> None:
    number = complain(complainant="不満 太郎", reach="090-0000-0000").number
    for (party, _), browser in browsers.items():
        page = browser.get(f"/desk/complaints/{number}/").content.decode()
        file = browser.get("/desk/complaints.csv?show=all").content.decode()
        assert "不満 太郎" not in file
        assert ("不満 太郎" in page) <= (party in {Party.OPERATOR, Party.ORGANISER}), party
        assert ("090-0000-0000" in page) <= (party in {Party.OPERATOR, Party.ORGANISER}), party
