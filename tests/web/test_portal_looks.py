"""A member sees who of the staff looked at its data: when, as what of which organisation; nobody's name, and nothing of others."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.record import record
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.models import Paper
from sonae.apps.people.looks import READINGS
from sonae.apps.people.models import StaffPosition
from sonae.web.portal.looks_views import SEEN
from tests import cast, clock
from tests.web.holdings import browser_of, give_paid_cover, words_of

pytestmark = pytest.mark.django_db
LOOKS = "/portal/data/looks/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def owner(people: cast.Cast) -> Client:
    return browser_of(people.owner)


def lines_of(browser: Client, address: str = LOOKS) -> list[str]:
    table = browser.get(address).content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("</tr>") if row]


def look(people: cast.Cast, action: str, kind: str, name: str, *, party: str = "operator") -> None:
    record(now=clock.now(), actor=f"user:{people.staff[party].pk}", action=action, object_kind=kind, object_id=name)


def test_whoever_opens_the_members_page_is_seen_with_moment_organisation_and_position(
    people: cast.Cast, owner: Client
) -> None:
    assert "まだだれも開いていません" in words_of(owner, LOOKS)
    claims = cast.enter_staff("insurer", "claims_handler", "supervisor", email="shinsa@staff.example")
    browser_of(claims).get(f"/desk/members/{people.member.number}/")
    with clock.at(clock.later(hours=2)):
        browser_of(people.staff["operator"]).get(f"/desk/members/{people.member.number}/")
    newest, oldest = lines_of(owner)
    assert newest == "2026年11月24日 午後0時 operator 担当者 会員のページ（連絡先、ご加入、お支払い）"
    assert oldest.startswith("2026年11月24日 午前10時 insurer 責任者・保険金担当 会員のページ")
    page = owner.get(LOOKS).content.decode()
    assert "staff.example" not in page
    assert "insurer supervisor, claims handler The member’s page" in lines_of(owner, f"/en{LOOKS}")[1]


def test_certificates_and_papers_count_too_and_the_members_own_people_do_not(people: cast.Cast, owner: Client) -> None:
    certificate: Certificate = give_paid_cover(people.member, date(2026, 12, 1))
    paper = Paper.objects.filter(member=people.member).first() or Paper.objects.create(
        key="certificate:x:1", kind="certificate", member=people.member, language="ja", file_name="x.pdf", facts={},
        product_version=certificate.scheme_year.product_version, issued_at=clock.now(),
    )  # fmt: skip
    look(people, "certificate.seen", "certificate", certificate.number)
    look(people, "paper.opened", "paper", paper.key)
    record(
        now=clock.now(),
        actor=f"user:{people.owner.pk}",
        action="paper.opened",
        object_kind="paper",
        object_id=paper.key,
    )
    first, second = lines_of(owner)
    assert first.endswith("書類（PDF）")
    assert second.endswith(f"加入者証のページ（補償と異動） {certificate.number}")


def test_nothing_of_another_member_and_nothing_but_looking_is_there(people: cast.Cast, owner: Client) -> None:
    theirs = give_paid_cover(people.other_member, date(2026, 12, 1))
    look(people, "member.seen", "member", people.other_member.number)
    look(people, "certificate.seen", "certificate", theirs.number)
    look(people, "cover.changed", "member", people.member.number)
    assert lines_of(owner) == []
    assert len(lines_of(browser_of(people.stranger))) == 2


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("colleague", 200), ("reader", 403)])
def test_owner_and_administrators_see_it_and_a_reader_is_told_whom_to_ask(
    people: cast.Cast, who: str, status: int
) -> None:
    look(people, "member.seen", "member", people.member.number)
    answer = browser_of(getattr(people, who)).get(LOOKS)
    assert answer.status_code == status
    assert ("会員のページ" in answer.content.decode()) == (status == 200)


@pytest.mark.parametrize("who", ["stranger", "visitor"])
def test_of_somebody_elses_member_there_is_nothing(people: cast.Cast, who: str) -> None:
    look(people, "member.seen", "member", people.member.number)
    answer = browser_of(getattr(people, who)).get(f"{LOOKS}?member={people.member.number}")
    assert answer.status_code == {"stranger": 404, "visitor": 302}[who]


def test_the_position_is_the_one_that_was_held_then(people: cast.Cast, owner: Client) -> None:
    clerk = cast.enter_staff("operator", "solicitor", email="then@operator.example")
    record(now=clock.now(), actor=f"user:{clerk.pk}", action="member.seen", object_kind="member",
           object_id=people.member.number)  # fmt: skip
    StaffPosition.objects.filter(user=clerk).update(ended_at=clock.later(hours=1))
    record(now=clock.later(hours=2), actor=f"user:{clerk.pk}", action="member.seen", object_kind="member",
           object_id=people.member.number)  # fmt: skip
    assert [("登録募集人" in line, "担当者" in line) for line in lines_of(owner)] == [(False, True), (True, False)]


def test_pages_of_fifty_go_on_where_the_last_one_ended(people: cast.Cast, owner: Client) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(occurred_at=clock.now() + timedelta(minutes=place), actor=f"user:{people.staff['operator'].pk}",
                   action="member.seen", object_kind="member", object_id=people.member.number)
        for place in range(120)
    )  # fmt: skip
    address, seen = LOOKS, []
    while address:
        seen += lines_of(owner, address)
        older = re.search(r'href="(\?[^"]*before=\d+)"', owner.get(address).content.decode())
        address = f"{LOOKS}{older[1].replace('&amp;', '&')}" if older else ""
    assert (len(seen), len(set(seen))) == (120, 120)
    assert "新しいものに戻る" in words_of(owner, f"{LOOKS}?before=1")
    for odd in ("x", "-1", "9" * 40, "１"):
        assert lines_of(owner, f"{LOOKS}?before={odd}") == seen[:50]


def test_every_reading_has_its_words() -> None:
    assert SEEN.keys() == READINGS
