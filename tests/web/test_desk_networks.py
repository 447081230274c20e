"""From which networks the desk of an organisation opens, and that nobody locks themselves out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import User
from sonae.apps.people.models import DeskNetwork
from sonae.domain.staff_rights import Position
from sonae.web.shared import staff_door
from tests import cast
from tests.web.door import browser_of, give_app, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/desk/staff/networks/"
OFFICE, HOME = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def head(people: cast.Cast) -> User:
    return cast.enter_staff("operator", Position.SUPERVISOR)


def at(user: User, address: str) -> Client:
    return browser_of(user, REMOTE_ADDR=address)


def limit(head: User, *networks: str, at_address: str = OFFICE) -> Any:
    return at(head, at_address).post(PAGE, {"networks": "\n".join(networks)} if networks else {"action": "lift"})


def test_outside_the_networks_the_desk_is_closed_and_says_so(people: cast.Cast, head: User) -> None:
    assert limit(head, "203.0.113.0/24 本社", "2001:db8:5::/48").status_code == 302
    clerk = people.staff["operator"]
    for address in (OFFICE, "2001:db8:5::1", "::ffff:203.0.113.9"):
        assert at(clerk, address).get("/desk/").status_code == 200, address
    outside = at(clerk, HOME)
    for answer in (outside.get("/desk/"), outside.get("/desk/feeds/"), outside.post("/desk/feeds/upload/")):
        assert answer.status_code == 403
        assert HOME in answer.content.decode()
        assert "このネットワークからは、業務画面を開けません" in answer.content.decode()
    entries = AuditEntry.objects.filter(action="desk.outside_networks")
    assert {(one.actor, one.object_id) for one in entries} == {(f"user:{clerk.pk}", HOME)}
    assert entries.count() == 3


def test_without_the_look_at_the_address_it_would_open(
    people: cast.Cast, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(head, "203.0.113.0/24")
    monkeypatch.setattr(staff_door, "is_within", lambda address, networks: True)
    assert at(people.staff["operator"], HOME).get("/desk/").status_code == 200


def test_nothing_is_set_up_or_tried_from_outside_either(people: cast.Cast, head: User) -> None:
    limit(head, "203.0.113.0/24")
    clerk = people.staff["operator"]
    give_app(clerk)
    browser = Client(REMOTE_ADDR=HOME)
    sign_in(browser, clerk.email)
    for page in ("/sign-in/second/", "/sign-in/second/set-up/", "/sign-in/second/recovery-codes/"):
        assert (browser.get(page).status_code, browser.post(page, {"code": "000000"}).status_code) == (403, 403)


def test_other_organisations_and_members_are_not_touched(people: cast.Cast, head: User) -> None:
    limit(head, "203.0.113.0/24")
    assert at(people.staff["insurer"], HOME).get("/desk/").status_code == 200
    assert at(people.owner, HOME).get("/portal/").status_code == 200


def test_it_counts_for_those_who_are_in_already(people: cast.Cast, head: User) -> None:
    browser = at(people.staff["operator"], HOME)
    assert browser.get("/desk/").status_code == 200
    limit(head, "203.0.113.0/24")
    assert browser.get("/desk/").status_code == 403


def test_a_list_without_the_own_address_is_refused(head: User) -> None:
    answer = limit(head, "203.0.113.0/24", at_address=HOME)
    assert answer.status_code == 422
    assert f"あなたのいまのアドレス {HOME} が入っていません" in answer.content.decode()
    assert not DeskNetwork.objects.exists()


@pytest.mark.parametrize("typed", ["", " \n", "office", "203.0.113.7/24", "0.0.0.0/0", "x" * 7_000])
def test_what_is_no_list_is_asked_for_again(head: User, typed: str) -> None:
    assert limit(head, typed).status_code == 422
    assert not DeskNetwork.objects.exists()


def test_a_new_list_ends_the_old_one_keeps_what_stays_and_is_written_down(head: User) -> None:
    limit(head, "203.0.113.0/24 本社", "192.0.2.0/24")
    limit(head, "203.0.113.0/24 本社", "2001:db8:5::/48")
    limit(head, "203.0.113.0/24 本社", "2001:db8:5::/48")  # the same again
    standing = DeskNetwork.objects.filter(ended_at=None).order_by("id").values_list("cidr", "label")
    assert list(standing) == [("203.0.113.0/24", "本社"), ("2001:db8:5::/48", "")]
    assert DeskNetwork.objects.count() == 3
    entries = AuditEntry.objects.filter(action="desk.networks_set").order_by("id")
    assert [one.detail for one in entries] == [
        {"before": "", "after": "203.0.113.0/24, 192.0.2.0/24"},
        {"before": "203.0.113.0/24, 192.0.2.0/24", "after": "203.0.113.0/24, 2001:db8:5::/48"},
    ]


def test_taking_the_limit_away_opens_it_from_everywhere_again(people: cast.Cast, head: User) -> None:
    limit(head, "203.0.113.0/24")
    limit(head)
    assert at(people.staff["operator"], HOME).get("/desk/").status_code == 200


def test_behind_the_proxy_its_own_entry_of_the_header_counts(people: cast.Cast, head: User, settings: Settings) -> None:
    limit(head, "203.0.113.0/24")
    clerk = people.staff["operator"]
    forged = {"X-Forwarded-For": f"{OFFICE}, {HOME}"}
    assert at(clerk, OFFICE).get("/desk/", headers=forged).status_code == 200  # without a proxy the header is nothing
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert at(clerk, OFFICE).get("/desk/", headers=forged).status_code == 403


def test_an_auditor_sees_the_list_and_changes_nothing(head: User) -> None:
    limit(head, "127.0.0.0/8 ここ", at_address="127.0.0.1")
    auditor = browser_of(cast.enter_staff("operator", Position.AUDITOR))
    assert "127.0.0.0/8 ここ" in auditor.get(PAGE).content.decode()
    assert auditor.post(PAGE, {"networks": ""}).status_code == 404
