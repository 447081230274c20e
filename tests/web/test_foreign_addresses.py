"""F20: everybody of the cast at every address with an id in it – their own, somebody else's, nobody's, and none at all.

What isn't theirs answers exactly like what isn't there: status, headers, body and the work that it takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import Payment
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.contact.models import ConsentWithdrawal
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.enrolment.queries import applications_of
from sonae.apps.enrolment.steps import StepCode
from sonae.apps.enrolment.use_cases.confirm_application import confirm_application
from sonae.apps.enrolment.use_cases.open_document import open_document
from sonae.apps.enrolment.use_cases.save_step import save_step
from sonae.apps.enrolment.use_cases.start_application import MayNotApply, start_application
from sonae.apps.membership.use_cases.follow_member import follow_member
from sonae.apps.parties.models import MemberAccess, User
from sonae.apps.parties.queries import MayNotAct
from sonae.apps.people.use_cases.invite_person import invite_person
from sonae.apps.quotes.models import Quote
from sonae.domain.certificate.log import Kind
from sonae.web.portal import payment_views
from sonae.web.shared import access
from tests import cast, clock
from tests.apps.certificates.covers import ask, wish
from tests.architecture.test_access_matrix import MATRIX, May, patterns_of
from tests.web.applicant import Applicant
from tests.web.contact_window import received_page
from tests.web.door import enter
from tests.web.holdings import give_paid_cover
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
TOKEN, NO_PAPER = "A" * 32, "999999999"
ROLES = (
    "anonymous",
    "owner",
    "colleague",
    "reader",
    "former",
    "stranger",
    "visitor",
    "organiser",
    "insurer",
    "agency",
    "operator",
)
THEIRS = {"owner", "colleague", "reader"}
ONLY_LOOKS = {"portal:document_pdf"}  # of the addresses of an application, those that a reader opens
METHODS = ("get", "head", "post")
IN_ENGLISH = ("anonymous", "owner", "stranger")  # the same views: one of each kind is enough
BOTH = pytest.mark.parametrize(("prefix", "roles"), [("", ROLES), ("/en", IN_ENGLISH)], ids=["ja", "en"])


@dataclass
class World:
    """青木工務店 has bought cover and begun nothing else; 宇野会計事務所 has begun an application; a visitor keeps a quote."""

    people: cast.Cast
    former: User
    application: Application  # of 青木工務店, issued
    papers: list[Paper]
    draft: Application  # of 宇野会計事務所
    quote: Quote
    nobodys: Paper  # the paper of that quote, which belongs to no member

    def browser(self, role: str) -> Client:
        browser = Client()
        if role != "anonymous":
            people = {"owner": self.people.owner, "colleague": self.people.colleague, "reader": self.people.reader,
                      "stranger": self.people.stranger, "visitor": self.people.visitor, "former": self.former}  # fmt: skip
            enter(browser, people.get(role) or self.people.staff[role])
        return browser


@pytest.fixture
def world(programme: object, monkeypatch: pytest.MonkeyPatch) -> World:
    gateway = MemoryGateway()
    monkeypatch.setattr(payment_views, "card_gateway", lambda: gateway)
    people = cast.call_in()
    former = cast.enter_person("former@sample.example")
    cast.let_act(former, people.member, MemberAccess.Role.ADMINISTRATOR)
    applicant = Applicant(people.owner, people.member)
    applicant.buy(gateway)
    draft = Applicant(people.stranger, people.other_member).application
    Client().post("/premium/", {"industry": "retail", "sales": "900", "start": "2027-01-01"})
    browser = Client()
    browser.force_login(former)
    assert browser.get(f"{applicant.base}paid/").status_code == 200
    MemberAccess.objects.filter(user=former).delete()
    return World(
        people,
        former,
        applicant.reload(),
        list(Paper.objects.filter(member=people.member).order_by("id")),
        draft,
        Quote.objects.get(),
        Paper.objects.filter(member=None).order_by("id")[0],
    )


def with_an_id() -> dict[str, URLPattern]:
    """Every address that takes anything from its path."""
    return {name: pattern for name, pattern in patterns_of(get_resolver()) if pattern.pattern.converters}


OF_AN_APPLICATION = sorted(name for name, row in MATRIX.items() if row.path.startswith(f"/apply/{TOKEN}/"))


OF_A_COVER = ("change", "cancel", "reinstate")
OF_A_CHANGE = {
    "asked": "",
    "pay": "pay/",
    "paid": "paid/",
    "status": "status/",
    "left": "payment-left/",
    "give_up": "give-up/",
}
OF_A_MEMBER = (
    "portal:paper", "portal:accounting", "portal:accounting_file", "portal:free_certificate", "portal:renewal_offer",
    *(f"portal:cover_{act}" for act in OF_A_COVER), *(f"portal:change_{page}" for page in OF_A_CHANGE),
)  # fmt: skip
# At the desk and at the signed doors: test_permissions.py, test_desk_contact_access.py, test_desk_feeds.py, test_desk_cover.py and
# test_feed_api.py try them.
OF_STAFF_AND_SENDERS = {name for name, row in MATRIX.items() if row.may in {May.STAFF, May.SENDER}}
FOR_EVERYBODY = {name for name, row in MATRIX.items() if row.may is May.EVERYBODY}


def test_every_address_with_an_id_is_tried_here() -> None:
    tried = {*OF_AN_APPLICATION, *OF_A_MEMBER, "site:quote", "site:estimate", "site:verify", "card_hook",
             "site:consultation_received", "site:consultation_withdraw", "portal:invitation",
             "portal:staff_invitation", "site:consultation_callback"}  # fmt: skip
    assert set(with_an_id()) - FOR_EVERYBODY - OF_STAFF_AND_SENDERS == tried
    assert {name for name, row in MATRIX.items() if row.may is May.MEMBERS_PEOPLE} == {
        *OF_AN_APPLICATION,
        *OF_A_MEMBER,
    }


def shown(answer: Any, *ids: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body without what differs from one answer to the next."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", body.decode(errors="replace"))
    headers = {name: value for name, value in answer.headers.items() if name not in {"Content-Length", "Expires"}}
    for one in ids:
        text = text.replace(one, "")
        headers = {name: value.replace(one, "") for name, value in headers.items()}
    return answer.status_code, headers, text


@pytest.mark.parametrize("name", OF_AN_APPLICATION)
@BOTH
def test_an_application_is_there_for_its_members_people_alone(
    world: World, name: str, prefix: str, roles: tuple[str, ...]
) -> None:
    path = prefix + MATRIX[name].path
    bought, begun = world.application.public_id, world.draft.public_id
    before = rows()
    for role in roles:
        browser = world.browser(role)
        for method in METHODS:
            send: Callable[[str], Any] = getattr(browser, method)
            absent = shown(send(path), TOKEN)
            assert absent[0] in ({302, 405} if role == "anonymous" else {404, 405}), (role, method)
            for own, public_id in ((role in THEIRS, bought), (role == "stranger", begun)):
                if own and method == "post" and role != "reader":
                    continue
                answer = shown(send(path.replace(TOKEN, public_id)), public_id)
                if own and role == "reader" and name not in ONLY_LOOKS:
                    assert answer[0] in {403, 405}, method
                elif own:
                    assert answer[0] in {200, 302, 405}
                else:
                    assert answer == absent, (role, method)
    assert rows() == before


def rows() -> tuple[Any, ...]:
    """What nobody may have changed."""
    return (
        list(Application.objects.order_by("id").values()),
        list(StepAnswers.objects.order_by("id").values()),
        list(Paper.objects.order_by("id").values("id", "member_id", "facts")),
        list(MemberAccess.objects.order_by("id").values()),
    )


@BOTH
def test_a_paper_is_there_for_its_members_people_alone(world: World, prefix: str, roles: tuple[str, ...]) -> None:
    for role in roles:
        browser = world.browser(role)
        for method in METHODS:
            send: Callable[[str], Any] = getattr(browser, method)
            address = f"{prefix}/portal/papers/"
            absent = shown(send(f"{address}{NO_PAPER}/"), f"papers/{NO_PAPER}/")
            assert absent[0] in ({302, 405} if role == "anonymous" else {404, 405})
            for paper in (*world.papers, world.nobodys):
                answer = shown(send(f"{address}{paper.pk}/"), f"papers/{paper.pk}/")
                if role in THEIRS and paper is not world.nobodys and method != "post":
                    assert (answer[0], answer[1]["Content-Type"]) == (200, "application/pdf")
                else:
                    assert answer == absent, (role, method, paper.kind)


def asked_for(
    world: World, roles: tuple[str, ...], address: str, *, own: str, nobodys: str
) -> Iterator[tuple[str, str, Any, Any]]:
    """Everybody asks for the address with each of the two numbers: who, how, and what was shown of nobody's and of the own."""
    for role in roles:
        browser = world.browser(role)
        for method in METHODS:
            send: Callable[[str], Any] = getattr(browser, method)
            absent, answer = (shown(send(address.format(number)), number) for number in (nobodys, own))
            assert absent[0] in ({302, 405} if role == "anonymous" else {404, 405}), (role, method)
            yield role, method, absent, answer


NOBODYS = "C2026-999999-9"


@pytest.mark.parametrize("page", ["", "journal/", "yayoi/", "bundle/"])
@BOTH
def test_the_books_of_a_certificate_are_there_for_its_members_people_alone(
    world: World, page: str, prefix: str, roles: tuple[str, ...]
) -> None:
    certificate = world.application.certificate
    assert certificate is not None
    address, before = f"{prefix}/portal/accounting/{{}}/{page}", rows()
    for role, method, absent, answer in asked_for(world, roles, address, own=certificate.number, nobodys=NOBODYS):
        if role in THEIRS and method != "post":
            assert answer[0] == 200
        elif role not in THEIRS:
            assert answer == absent, (role, method)
    assert rows() == before


@BOTH
def test_the_paper_of_a_free_certificate_is_there_for_its_members_people_alone(
    world: World, prefix: str, roles: tuple[str, ...]
) -> None:
    follow_member(member_id=world.people.member.pk, reason="test", now=clock.now())
    own = Certificate.objects.filter(member=world.people.member, section="free").latest("starts_on").number
    address = f"{prefix}/portal/free-cover/{{}}/"
    for role, method, absent, answer in asked_for(world, roles, address, own=own, nobodys=NOBODYS):
        if role in THEIRS and method != "post":
            assert (answer[0], answer[1]["Content-Type"]) == (200, "application/pdf")
        else:
            assert answer == absent, (role, method)


@BOTH
def test_the_renewal_of_a_certificate_is_there_for_its_members_people_alone(
    world: World, prefix: str, roles: tuple[str, ...]
) -> None:
    own, before = give_paid_cover(world.people.member, date(2025, 12, 1)).number, rows()
    address = f"{prefix}/portal/renewal/{{}}/"
    for role, method, absent, answer in asked_for(world, roles, address, own=own, nobodys=NOBODYS):
        if role not in THEIRS:
            assert answer == absent, (role, method)
        elif role == "reader" and method == "post":
            assert answer[0] == 403
        elif method != "post":
            assert answer[0] == 200
        else:
            assert answer[0] == 302
            before = rows()
    assert rows() == before


@pytest.mark.parametrize("act", OF_A_COVER)
@BOTH
def test_a_cover_is_changed_by_its_members_people_alone(
    world: World, act: str, prefix: str, roles: tuple[str, ...]
) -> None:
    certificate = world.application.certificate
    assert certificate is not None
    address, before = f"{prefix}/portal/cover/{{}}/{act}/", rows()
    for role, method, absent, answer in asked_for(world, roles, address, own=certificate.number, nobodys=NOBODYS):
        if role not in THEIRS:
            assert answer == absent, (role, method)
        elif role == "reader":
            assert answer[0] == 403, method
        else:
            assert answer[0] in {200, 409, 422}, (role, method)
    assert rows() == before


@pytest.mark.parametrize("page", OF_A_CHANGE.values())
@BOTH
def test_a_change_that_was_asked_for_is_there_for_its_members_people_alone(
    world: World, page: str, prefix: str, roles: tuple[str, ...]
) -> None:
    certificate = world.application.certificate
    assert certificate is not None
    wanted = wish(Kind.CHANGE, certificate.starts_on, plan="P300")
    waiting = ask(certificate, wanted, user=world.people.owner).public_id
    address, others = f"{prefix}/portal/changes/{{}}/{page}", tuple(role for role in roles if role not in THEIRS)
    for role, method, absent, answer in asked_for(world, others, address, own=waiting, nobodys=TOKEN):
        assert answer == absent, (role, method)
    reader = world.browser("reader")
    assert {reader.get(address.format(waiting)).status_code, reader.post(address.format(waiting)).status_code} <= {
        403,
        405,
    }
    assert ChangeRequest.objects.get().state == ChangeRequest.State.WAITING
    assert not Payment.objects.filter(purpose__startswith="change:").exists()


OF_ONE_MEMBER = ("", "documents/", "payments/", "notices/", "data/", "data/correct/", "data/erase/", "data/download/")
TO_CHANGE = ("data/correct/", "data/erase/")


@pytest.mark.parametrize("page", OF_ONE_MEMBER)
def test_a_member_of_others_is_chosen_by_nobody(world: World, page: str) -> None:
    address, send = f"/portal/{page}", "post" if page == "data/download/" else "get"
    for role in sorted(set(ROLES) - {"anonymous"}):
        browser = world.browser(role)
        absent = shown(getattr(browser, send)(f"{address}?member=99999999"), "99999999")
        answer = getattr(browser, send)(f"{address}?member=10000017")
        if role in THEIRS:
            assert answer.status_code == (403 if role == "reader" and page in TO_CHANGE else 200)
            assert absent[0] == 404
        else:
            assert shown(answer, "10000017") == absent, role
            is_staff = role in world.people.staff  # who come to the desk instead
            assert absent[0] == (404 if role == "stranger" else 200 if page == "" and not is_staff else 302)


def test_a_quote_and_a_certificates_public_page_are_the_same_for_all_who_hold_the_address(world: World) -> None:
    certificate = world.application.certificate
    assert certificate is not None
    for held, absent in (
        (f"/quotes/{world.quote.token}/", f"/quotes/{'A' * 43}/"),
        (f"/quotes/{world.quote.token}/estimate.pdf", f"/quotes/{'A' * 43}/estimate.pdf"),
        (f"/verify/{certificate.verification_code}/", f"/verify/{'A' * len(certificate.verification_code)}/"),
    ):
        for role in ROLES:
            browser = world.browser(role)
            assert browser.get(held).status_code == 200
            assert browser.get(absent).status_code == 404
            assert browser.post(held).status_code == browser.post(absent).status_code == 405


def test_a_consultation_is_the_same_for_all_who_hold_its_address_and_absent_for_all_others(world: World) -> None:
    held, nobodys = received_page("referral"), f"/consultation/{'A' * 43}/"
    question = received_page("question")
    for role in ROLES:
        browser = world.browser(role)
        assert browser.get(held).status_code == browser.get(f"{held}withdraw/").status_code == 200
        assert browser.post(held).status_code == browser.post(nobodys).status_code == 405
        for method in METHODS:
            send: Callable[[str], Any] = getattr(browser, method)
            absent = shown(send(f"{nobodys}withdraw/"), "A" * 43)
            assert absent[0] == 404
            assert shown(send(f"{question}withdraw/"), question.split("/")[2]) == absent
    assert not ConsentWithdrawal.objects.exists()


def test_an_invitation_is_seen_by_whoever_holds_its_address_and_taken_by_one_alone(world: World) -> None:
    invite_person(member=world.people.member, user=world.people.owner, email="new@sample.example", role="reader",
                  address="{token}", language="ja", now=clock.now())  # fmt: skip
    found = re.search(r"^ +(\S{32})$", OutboxMessage.objects.get(recipient="new@sample.example").body, re.MULTILINE)
    assert found
    before = rows()
    for role in ROLES:
        browser = world.browser(role)
        assert browser.get(f"/invitations/{found[1]}/").status_code == 200
        assert browser.post(f"/invitations/{found[1]}/").status_code == 403
        assert (
            browser.get(f"/invitations/{TOKEN}/").status_code
            == browser.post(f"/invitations/{TOKEN}/").status_code
            == 404
        )
    assert rows() == before


def test_the_lists_of_the_portal_show_nothing_of_others(world: World) -> None:
    of_aoki = {"青木工務店", world.application.number, world.application.public_id, "10000017"}
    certificate = world.application.certificate
    assert certificate is not None
    of_aoki |= {certificate.number, certificate.verification_code}
    for role in ROLES:
        if role == "anonymous":
            continue
        browser = world.browser(role)
        text = "".join(browser.get(page).content.decode() for page in LISTS)
        assert {word for word in of_aoki if word in text} == ({*of_aoki} & words(text) if role in THEIRS else set())
        assert (world.draft.number in text) == (role == "stranger")


LISTS = (
    "/portal/", "/portal/documents/", "/portal/payments/", "/portal/notices/", "/portal/data/", "/portal/data/looks/",
    "/portal/data/correct/",
    "/portal/data/erase/", "/portal/people/", "/portal/security/", "/apply/", "/apply/?another=1",
)  # fmt: skip


def words(text: str) -> set[str]:
    return {word for word in re.split(r"[<>\"/\s：:　]+", text) if word}


ASKED: dict[str, Callable[[World], tuple[str, str]]] = {
    "books": lambda world: (
        f"/portal/accounting/{Certificate.objects.get(pk=world.application.certificate_id).number}/",
        f"/portal/accounting/{NOBODYS}/",
    ),
    "application": lambda world: (f"/apply/{world.application.public_id}/confirm/", f"/apply/{TOKEN}/confirm/"),
    "paper": lambda world: (f"/portal/papers/{world.papers[0].pk}/", f"/portal/papers/{NO_PAPER}/"),
    "paper of no member": lambda world: (f"/portal/papers/{world.nobodys.pk}/", f"/portal/papers/{NO_PAPER}/"),
}


@pytest.mark.parametrize("kind", ASKED)
def test_what_is_not_theirs_costs_the_same_work_as_what_is_not_there(world: World, kind: str) -> None:
    done = []
    for address in ASKED[kind](world):
        browser = world.browser("insurer")
        browser.get(ASKED[kind](world)[1])  # whatever is read once and kept
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 404
        done.append([re.sub(r"'[^']*'|\d+", "", query["sql"]) for query in captured.captured_queries])
    assert done[0] == done[1]


def test_a_refusal_leaves_one_line_that_says_who_asked_for_what(world: World) -> None:
    seen = AuditEntry.objects.count()
    for role, address, kind, asked in (
        ("stranger", f"/apply/{world.application.public_id}/pay/", "application", world.application.public_id),
        ("former", f"/portal/papers/{world.papers[0].pk}/", "paper", str(world.papers[0].pk)),
        ("insurer", f"/portal/papers/{NO_PAPER}/", "paper", NO_PAPER),
        ("visitor", f"/apply/{TOKEN}/", "application", TOKEN),
    ):
        browser = world.browser(role)
        assert browser.get(address).status_code == 404
        entry = AuditEntry.objects.latest("id")
        assert AuditEntry.objects.count() == (seen := seen + 1)
        assert (entry.action, entry.object_kind, entry.object_id) == ("access.refused", kind, asked)
        assert entry.actor == f"user:{browser.session['_auth_user_id']}"


@pytest.mark.parametrize("number", ["10000017", "%00", "1%0a2", "%ff%fe", "%ed%a0%80", "9" * 5_000])
def test_asking_for_a_member_of_others_is_written_down_in_one_short_line(world: World, number: str) -> None:
    browser = world.browser("stranger")
    form = "application/x-www-form-urlencoded"
    assert browser.post("/apply/", f"member={number}", content_type=form).status_code == 404
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.object_kind) == ("access.refused", "member")
    assert entry.object_id.isprintable()
    assert len(entry.object_id) <= 80


def test_who_asks_without_end_fills_no_log(world: World) -> None:
    browser = world.browser("stranger")
    for _ in range(access.REFUSALS_WRITTEN_AN_HOUR + 20):
        assert browser.get(f"/apply/{TOKEN}/").status_code == 404
    assert AuditEntry.objects.filter(action="access.refused").count() == access.REFUSALS_WRITTEN_AN_HOUR


def test_without_the_limit_whoever_asks_without_end_would_fill_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "allow", lambda **_: True)
    browser = world.browser("stranger")
    for _ in range(access.REFUSALS_WRITTEN_AN_HOUR + 20):
        browser.get(f"/apply/{TOKEN}/")
    assert AuditEntry.objects.filter(action="access.refused").count() == access.REFUSALS_WRITTEN_AN_HOUR + 20


def test_opening_a_paper_is_written_down(world: World) -> None:
    paper = world.papers[0]
    world.browser("colleague").get(f"/portal/papers/{paper.pk}/")
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.object_kind, entry.object_id) == ("paper.opened", "paper", paper.key)
    assert entry.actor == f"user:{world.people.colleague.pk}"


def test_without_asking_whose_it_is_everybody_would_open_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guards of all these addresses are two queries, whose it is and in which role; without them the tests above are red."""
    browser = world.browser("stranger")
    address = f"/apply/{world.application.public_id}/paid/"
    assert browser.get(address).status_code == 404
    monkeypatch.setattr(
        "sonae.web.portal.access.find_application",
        lambda *, user, public_id: applications_of(user=world.people.owner).get(public_id=public_id),
    )
    assert browser.get(address).status_code == 403
    monkeypatch.setattr("sonae.web.portal.access.may_act_for", lambda *, user, member, to: True)
    assert browser.get(address).status_code == 200


def test_a_reader_sees_and_neither_applies_nor_pays_nor_changes(world: World) -> None:
    reader = world.browser("reader")
    page = reader.get("/portal/").content.decode()
    certificate = world.application.certificate
    assert certificate is not None
    assert certificate.number in page
    assert reader.get(f"/portal/papers/{world.papers[0].pk}/").status_code == 200
    before = rows()
    for answer in (
        reader.get(f"/apply/{world.application.public_id}/pay/"),
        reader.post(f"/apply/{world.application.public_id}/pay/"),
        reader.post("/apply/", {"member": world.people.member.number}),
    ):
        assert answer.status_code == 403
        assert "閲覧" in answer.content.decode()
    assert rows() == before


@pytest.mark.parametrize("act", ["step", "document", "confirm", "start"])
def test_the_use_cases_ask_for_the_role_too(world: World, act: str) -> None:
    """Were a page to forget it, nothing would be written all the same."""
    draft, member = world.draft, world.people.other_member
    reader = cast.enter_person("yomu@other.example")
    cast.let_act(reader, member, MemberAccess.Role.READER)
    given: dict[str, Any] = {"application_id": draft.pk, "user": reader, "now": clock.now()}
    acts: dict[str, Callable[[], object]] = {
        "step": lambda: save_step(step=StepCode.NEEDS, answers={}, seen_revision=0, **given),
        "document": lambda: open_document(document="overview", language="ja", **given),
        "confirm": lambda: confirm_application(seen_revision=0, declarations={}, language="ja", **given),
        "start": lambda: start_application(member=member, user=reader, language="ja", now=clock.now()),
    }
    before = rows()
    with pytest.raises((MayNotAct, MayNotApply)):
        acts[act]()
    assert rows() == before
