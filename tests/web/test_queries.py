"""How often a page asks the database. A page that asks more than it did says so here, and none asks more as rows are added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.record import record
from sonae.apps.billing.models import Payment, Receivable
from sonae.apps.billing.use_cases.write_off import take_back_write_off, write_off
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.use_cases.take_consultation import take_consultation
from sonae.apps.documents.models import Paper
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.use_cases.start_application import start_application
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.people.use_cases.invite_staff import invite_staff
from sonae.apps.people.use_cases.limit_networks import set_networks
from sonae.apps.programmes.models import Programme, SchemeYear
from sonae.apps.programmes.use_cases.open_scheme_year import open_scheme_year
from sonae.apps.reporting.figures.topics import TOPICS
from sonae.apps.reporting.use_cases.count_figures import count_figures
from sonae.domain.complaint import Step as ComplaintStep
from sonae.domain.consultation import Outcome
from sonae.domain.data_request import Step as RequestStep
from sonae.domain.networks import read_networks
from sonae.domain.staff_rights import Position
from tests import cast, clock
from tests.apps.contact.asking import note as note_request
from tests.apps.contact.asking import register
from tests.apps.contact.complaining import complain
from tests.apps.contact.complaining import note as note_complaint
from tests.apps.contact.desk import CALLBACK, ask, contact, slot
from tests.apps.contact.referring import on_its_way
from tests.drafts import begin, later_version, save
from tests.figures_world import NOW, fill
from tests.web.applicant import COMPANY, CONSENTS, DISCLOSURE, NEEDS, RISK, Applicant
from tests.web.contact_window import QUESTION, REFERRAL, Asker, received_page
from tests.web.holdings import browser_of, give_free_cover, give_paid_cover, tell
from tests.web.memory_gateway import MemoryGateway
from tests.web.money_on_file import enter_month, enter_owed

pytestmark = pytest.mark.django_db
BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
PERSON = 2  # session and user
MOST_STATEMENTS = 30


@pytest.fixture
def people(programme: Programme) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> MemoryGateway:
    gateway = MemoryGateway()
    monkeypatch.setattr("sonae.web.portal.payment_views.card_gateway", lambda: gateway)
    return gateway


@pytest.fixture
def applicant(people: cast.Cast, client: Client) -> Applicant:
    client.get("/")  # the products are parsed once for each process
    return Applicant(people.owner, people.member)


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements that were sent, without the bookkeeping of transactions."""
    sent: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield sent
    sent += [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(BOOKKEEPING)]


def statements_of(browser: Client, address: str, form: dict[str, Any] | None = None) -> int:
    with asked() as sent:
        answer = browser.get(address) if form is None else browser.post(address, form)
    assert answer.status_code in {200, 302, 303}, answer.status_code
    assert not [text for text in sent if '"files"' in text], "the product's files were fetched again"
    return len(sent)


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/premium/", "/premium/?industry=retail&sales=900", "/outside/", "/en/premium/"),
        *("/cover/", "/questions/", "/questions/?q=カード", "/questions/how-to-pay/"),
        *("/legal/", "/legal/commerce/"),
        *("/incident-costs/", "/incident-costs/?incident=ransomware"),
    ],
)
def test_a_public_page_asks_once(programme: Programme, client: Client, address: str) -> None:
    client.get(address)
    assert statements_of(client, address) == 1


def test_the_form_of_the_contact_window_asks_once_more_for_what_is_free(programme: Programme, client: Client) -> None:
    client.get("/consultation/")
    assert statements_of(client, "/consultation/") == 2
    for place in range(3):
        ask(slot=slot("2026-11-25T14:00" if place % 2 else "2026-11-26T09:00"), **CALLBACK)
    assert statements_of(client, "/consultation/") == 2


@pytest.mark.parametrize("kind", ["question", "referral"])
def test_a_consultation_with_its_consent_is_read_at_once(programme: Programme, client: Client, kind: str) -> None:
    address = received_page(kind)
    client.get(address)
    assert statements_of(client, address) == 2  # itself, and the scheme years for the frame


def test_sending_a_consultation_asks_no_more_than_it_did(programme: Programme, client: Client) -> None:
    asker = Asker(client)
    asker.ask()
    question, referral = asker.form("/consultation/"), asker.form("/outside/")
    # Scheme years; free half hours; two counts; looked for; version, number, row, audit, mail, its job.
    assert statements_of(client, question.action, question.controls | QUESTION) == 11
    assert statements_of(client, referral.action, referral.controls | REFERRAL) == 12  # and the consent, with its audit


def test_a_scheme_year_that_is_opened_is_on_the_next_page(programme: Programme, client: Client) -> None:
    assert "2028-11-01" not in client.get("/premium/").content.decode()
    open_scheme_year(programme="cyber", on=date(2027, 12, 1), actor="system:test", now=clock.now())
    assert 'value="2028-11-01"' in client.get("/premium/").content.decode()


def test_a_scheme_year_of_another_programme_is_not_on_the_page(programme: Programme, client: Client) -> None:
    before = client.get("/premium/").content
    other = Programme.objects.create(code="other")
    year = SchemeYear.objects.latest("start_on")
    SchemeYear.objects.create(
        programme=other,
        start_on=year.expiry_on,
        expiry_on=year.expiry_on + timedelta(days=365),
        product_version=year.product_version,
        opened_at=clock.now(),
    )
    assert client.get("/premium/").content == before


@pytest.mark.parametrize("page", ["needs/", "plan/", "documents/", "documents/overview/", "disclosure/"])
def test_a_step_is_shown_with_one_statement_for_each_thing_on_it(applicant: Applicant, page: str) -> None:
    applicant.fill_in()
    shown = statements_of(applicant.client, applicant.base + page)
    assert shown == PERSON + 5  # application, the person's role, answers, documents opened, scheme years


def test_the_whole_way_asks_no_more_than_it_did(applicant: Applicant, gateway: MemoryGateway) -> None:
    ways: list[tuple[str, dict[str, Any]]] = [
        ("needs/", NEEDS),
        ("plan/", RISK | {"action": "calculate"}),
        ("plan/", RISK | {"plan": "P100"}),
        ("documents/overview/", {}),
        ("documents/", CONSENTS),
        ("disclosure/", DISCLOSURE),
        ("company/", COMPANY),
    ]
    counted = Counter[str]()
    for page, answers in ways:
        if page == "documents/":
            applicant.read_documents()
        carried = {} if "/" in page.rstrip("/") else {"revision": applicant.hidden(page)}
        if "plan" in answers:
            carried["seen"] = applicant.hidden(page, "seen")
        counted[page] = statements_of(applicant.client, applicant.base + page, answers | carried)
    # Person, application, role, answers, openings; locked, role and read again; answers, application, audit written; read again.
    assert counted == {
        "needs/": 15,
        "plan/": 15,
        "documents/overview/": 15,
        "documents/": 15,
        "disclosure/": 15,
        "company/": 16,  # and the member list, for what is filled in beforehand
    }
    assert applicant.confirm().status_code == 302
    assert statements_of(applicant.client, applicant.base + "pay/") == PERSON + 6  # the kept card, too


def test_coming_back_from_the_card_page_does_not_read_the_product_again(
    applicant: Applicant, gateway: MemoryGateway
) -> None:
    applicant.fill_in()
    applicant.confirm()
    applicant.client.post(applicant.base + "pay/")
    still_open = statements_of(applicant.client, applicant.base + "paid/")
    gateway.card_holder_pays()
    statements_of(applicant.client, applicant.base + "paid/")
    assert applicant.reload().state == Application.State.ISSUED
    assert statements_of(applicant.client, applicant.base + "paid/") <= still_open


def test_the_portal_asks_no_more_for_many_covers_than_for_one(
    applicant: Applicant, gateway: MemoryGateway, people: cast.Cast
) -> None:
    applicant.buy(gateway)
    with_one = statements_of(applicant.client, "/portal/")
    on = date(2027, 12, 1)
    for _ in range(2):
        year = open_scheme_year(programme="cyber", on=on, actor="system:test", now=clock.now())
        with clock.at(clock.now().replace(year=year.start_on.year)):
            Applicant(people.owner, people.member).buy(gateway)
        on = year.expiry_on
    assert Paper.objects.filter(member=people.member, kind="certificate").count() == 3
    assert statements_of(applicant.client, "/portal/") == with_one


BOOKS = "/portal/accounting/C202512-{}/"
OF_A_MEMBER = {
    # members, their facts, what this person may do; scheme years; renewals, a change that waits; applications; certificates with
    # their acts; payments, refunds
    "/portal/": 19,
    "/portal/documents/": 11,  # and what they paid for; papers; what was read
    "/portal/payments/": 13,  # and the kept card, and whether this person may remove it
    "/portal/notices/": 12,
    "/portal/data/": 6,
    "/portal/data/looks/": 11,  # whether this person may; certificates, papers, requests; the staff, the log, positions
    "/portal/data/erase/": 8,  # and the kept card
    BOOKS: 14,
}


@pytest.mark.parametrize("page", OF_A_MEMBER)
def test_a_page_of_a_member_asks_as_often_for_many_certificates_as_for_one(people: cast.Cast, page: str) -> None:
    browser, address = browser_of(people.owner), page.format(people.member.pk)
    give_paid_cover(people.member, date(2025, 12, 1))
    give_free_cover(people.member, date(2025, 12, 1))
    browser.get("/")
    assert statements_of(browser, address) == OF_A_MEMBER[page]
    give_paid_cover(people.member, date(2026, 12, 1))
    give_free_cover(people.member, date(2026, 12, 1))
    give_free_cover(people.member, date(2026, 6, 1), cancelled_on=date(2026, 6, 1))
    for on in (date(2026, 1, 1), date(2026, 2, 1)):
        tell(people.member, "changed", on)
    assert statements_of(browser, address) == OF_A_MEMBER[page]


def test_the_page_of_people_asks_as_often_for_three_members_as_for_one(people: cast.Cast) -> None:
    browser = browser_of(people.owner)
    browser.get("/portal/people/")
    alone = statements_of(browser, "/portal/people/")
    for number in ("10000801", "10000802"):
        other = cast.enter_member(number, "basic", "見本商会")
        cast.let_act(people.owner, other, MemberAccess.Role.OWNER)
        cast.let_act(people.colleague, other, MemberAccess.Role.READER)
    assert statements_of(browser, "/portal/people/") == alone


def test_what_is_kept_of_a_member_does_not_make_the_start_ask_more(people: cast.Cast, applicant: Applicant) -> None:
    alone = statements_of(applicant.client, "/apply/")
    assert alone == PERSON + 4  # scheme years, members, applications, the member list
    for number in ("10000025", "10000033"):
        member: Member = cast.enter_member(number, "basic", "青木の別の会社")
        user: User = people.owner
        cast.let_act(user, member, "owner")
        start_application(member=member, user=user, language="ja", now=clock.now())
    assert statements_of(applicant.client, "/apply/") == alone + 2  # the member list once for each member


# Session, user, networks, organisation, positions; what the frame counts; then what is listed, and the people who did it.
OF_MONEY_BY_HAND = {
    "/desk/money/look/": 14,
    "/desk/money/owed/{owed}/": 9,
    "/desk/money/owed/{owed}/write-off/": 9,
    "/desk/money/returns/{by_hand}/": 6,
}


@pytest.mark.parametrize("page", OF_MONEY_BY_HAND)
def test_a_page_of_money_by_hand_asks_as_often_for_much_as_for_little(people: cast.Cast, page: str) -> None:
    enter_month()
    browser, payment = browser_of(people.staff["operator"]), Payment.objects.get(payment_id="pay_0")
    owed, by_hand = enter_owed(payment)
    address = page.format(owed=owed.pk, by_hand=by_hand.pk)
    given_up(owed, people)
    given_up(enter_owed(payment)[0], people, for_good=True)
    browser.get("/desk/")
    assert statements_of(browser, address) == OF_MONEY_BY_HAND[page]
    for _ in range(3):
        given_up(owed, people)
        given_up(enter_owed(payment)[0], people, for_good=True)
    assert statements_of(browser, address) == OF_MONEY_BY_HAND[page]


# Session, user, networks, organisation, positions; what the frame counts; then people, what each of them holds, and what is listed.
OF_THE_STAFF = {"/desk/staff/": 12, "/desk/staff/networks/": 7, "/desk/staff/{}/": 10}


@pytest.mark.parametrize("page", OF_THE_STAFF)
def test_a_page_of_the_staff_asks_as_often_for_many_as_for_few(people: cast.Cast, page: str) -> None:
    head, colleague = (cast.enter_staff("operator", one) for one in ("supervisor", "solicitor"))
    browser = browser_of(head)
    address = page.format(colleague.pk)
    browser.get("/desk/")
    assert statements_of(browser, address) == OF_THE_STAFF[page]
    for number in range(5):
        cast.enter_staff("operator", "solicitor", "clerk", email=f"s{number}@operator.example")
        invite_staff(by=head, email=f"i{number}@operator.example", positions=[Position.CLERK], address="{token}", language="ja",
                     now=clock.now())  # fmt: skip
    set_networks(
        organisation=head.organisation, networks=read_networks("127.0.0.0/8\n10.0.0.0/8"), actor="x", now=clock.now()
    )
    assert statements_of(browser, address) == OF_THE_STAFF[page]


def given_up(owed: Receivable, people: cast.Cast, *, for_good: bool = False) -> None:
    """Written off by the operator and, unless it is for good, taken back by the organiser."""
    operator, organiser = (f"user:{people.staff[role].pk}" for role in ("operator", "organiser"))
    done = write_off(receivable_id=owed.pk, write_off_yen=9_000, reason="x", actor=operator, now=clock.now())
    if not for_good:
        take_back_write_off(write_off_id=done.pk, reason="x", actor=organiser, now=clock.now())


# Session, user, organisation; positions, for the rights and for the reach; members; the count that keeps one look one line; the
# entries, who acted. Whoever is named is looked for among the staff and among everybody; a supervisor's own people are, too.
OF_THE_LOG = {
    "/desk/audit/": 9,
    "/desk/audit/?who=operator&what=feed.released": 11,
    "/desk/audit/?kind=feed&object=7": 9,
}


@pytest.mark.parametrize("page", OF_THE_LOG)
@pytest.mark.parametrize(("position", "more"), [("auditor", 0), ("supervisor", 1)])
def test_the_log_asks_as_often_for_much_as_for_little(people: cast.Cast, page: str, position: str, more: int) -> None:
    browser = browser_of(cast.enter_staff("organiser", position))
    actors = [f"user:{one.pk}" for one in people.staff.values()]
    counted = []
    for _ in range(2):
        for number in range(8):
            record(now=clock.now(), actor=actors[number % 4], action="feed.released", object_kind="feed", object_id=7)
        browser.get("/desk/")
        browser.get(page)  # from now on the search is noted already
        counted.append(statements_of(browser, page))
    assert counted == [OF_THE_LOG[page] + more] * 2


# Session, user, organisation, rights; what the frame counts; then what is listed, with whose it is and what happened.
OF_CONSULTATIONS = {
    "/desk/consultations/": 8,
    "/desk/consultations/?state=closed": 7,
    "/desk/consultations/{number}/": 17,
    "/desk/consultations/{number}/record/": 17,
    "/desk/consultations/{number}/hand-over/": 17,
    "/desk/consultations/call/?caller=0312340017": 11,
    "/desk/call-backs/?day=2026-11-25": 9,
}


@pytest.mark.parametrize("page", OF_CONSULTATIONS)
def test_a_page_of_consultations_asks_as_often_for_much_as_for_little(people: cast.Cast, page: str) -> None:
    window, boss = cast.enter_staff("operator", "clerk"), cast.enter_staff("operator", "supervisor")
    browser = browser_of(window)
    browser.get("/desk/")

    def fill(place: int) -> Consultation:
        found = ask(slot=slot(f"2026-11-25T{9 + place:02d}:00"), **CALLBACK)
        contact(found, boss if place % 2 else window, "note")
        take_consultation(consultation=found, key=f"{place:032d}", user=window, now=clock.now())
        contact(ask(**CALLBACK), window, outcome=Outcome.ANSWERED)
        return found

    found = fill(0)
    address = page.format(number=found.number)
    assert statements_of(browser, address) == OF_CONSULTATIONS[page]
    for place in range(1, 6):
        fill(place)
    assert statements_of(browser, address) == OF_CONSULTATIONS[page]
    assert OF_CONSULTATIONS[page] <= MOST_STATEMENTS


# Session, user, organisation, positions, their members; what the frame counts; what is listed with its steps, and counted.
OF_THE_WINDOW = {
    "/desk/referrals/?show=all": 11,
    "/desk/complaints/?show=all": 10,
    "/desk/data-requests/?show=all": 10,
}


@pytest.mark.parametrize("page", OF_THE_WINDOW)
def test_a_register_asks_as_often_for_many_as_for_one(people: cast.Cast, page: str) -> None:
    browser = browser_of(people.staff["operator"])
    enter_one_of_each()
    browser.get("/desk/")
    assert statements_of(browser, page) == OF_THE_WINDOW[page]
    for _ in range(3):
        enter_one_of_each()
    assert statements_of(browser, page) == OF_THE_WINDOW[page]


def enter_one_of_each() -> None:
    on_its_way("to_delete")
    note_complaint(complain(), ComplaintStep.DONE)
    note_request(register(), RequestStep.DONE)


def test_a_page_of_one_of_them_stays_below_thirty(people: cast.Cast) -> None:
    browser = browser_of(people.staff["operator"])
    browser.get("/desk/")
    for address in (
        f"/desk/referrals/{on_its_way('to_delete').number}/",
        f"/desk/complaints/{complain().number}/",
        f"/desk/data-requests/{register().number}/",
    ):
        assert statements_of(browser, address) < 30


# Session, user, positions; what the frame counts; scheme years and the last round; then one reading for each relation.
FIGURES = "/desk/figures/"


def test_a_page_of_figures_asks_as_often_for_much_as_for_little(people: cast.Cast) -> None:
    with clock.at(NOW):
        browser = browser_of(people.staff["operator"])
    addresses = [FIGURES, *(f"{FIGURES}{code}/" for code in TOPICS)]
    addresses += [f"{FIGURES}{code}/{one.figures[0].code}/" for code, one in TOPICS.items()]
    counts = []
    for seed in range(2):
        with clock.at(NOW):
            fill(seed)
            count_figures(now=NOW)
            browser.get(FIGURES)
            counts.append({address: statements_of(browser, address) for address in addresses})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) == counts[0][f"{FIGURES}free-cover/"] == 13


# Session, user, organisation, positions, the member of whoever has one, the frame; then what is listed, and the people who did it.
OF_PRODUCTS = {
    "/desk/products/": 9,
    "/desk/products/new/": 6,
    "/desk/products/compare/?before=2026-12-01&after=draft-{draft}": 13,
    "/desk/products/drafts/{draft}/": 12,
    "/desk/products/drafts/{draft}/files/notes.md/": 8,
    "/desk/products/drafts/{draft}/upload/": 8,
    "/desk/products/drafts/{draft}/effect/": 10,
    "/desk/products/drafts/{draft}/publish/": 11,
}


@pytest.mark.parametrize("page", OF_PRODUCTS)
def test_a_page_of_products_asks_as_often_for_many_drafts_and_revisions_as_for_one(
    people: cast.Cast, page: str
) -> None:
    browser, draft = browser_of(cast.enter_staff("insurer", "actuary")), begin(later_version())
    address = page.format(draft=draft.pk)
    browser.get(address)
    with asked() as sent:
        assert browser.get(address).status_code == 200
    assert len(sent) == OF_PRODUCTS[page]
    for number in range(3):
        begin(later_version())
        save(draft, "notes.md", f"# {number}".encode())
    with asked() as sent:
        assert browser.get(address).status_code == 200
    assert len(sent) == OF_PRODUCTS[page]
