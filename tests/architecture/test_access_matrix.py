"""Who may open which address. A new address without a row fails, and each row is tried by those whom it keeps out."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from tests import cast
from tests.web.door import browser_of

pytestmark = pytest.mark.django_db
TOKEN = "A" * 32  # formed like ours, and nobody's


class May(Enum):
    """Whom an address lets in."""

    EVERYBODY = auto()
    HOLDER = auto()  # whoever holds the address, which can't be guessed
    SIGNED_IN = auto()
    MEMBERS_PEOPLE = auto()  # the people of the member whose page it is
    STAFF = auto()  # of the programme's organisations, those who hold the right: test_permissions.py
    SENDER = auto()  # a message with the signature of one of the organiser's systems
    PROCESSOR = auto()  # a message with the card processor's signature
    MAILER = auto()  # a message with the mail service's signature
    DEMO = auto()  # everybody, in the demo alone


class Row(NamedTuple):
    """One address: who may, a path that leads there, and how a visitor without any business is answered."""

    may: May
    path: str
    method: str = "get"
    status: int = 200


HELD = {"may": May.HOLDER, "status": 404}
OWN = {"may": May.MEMBERS_PEOPLE, "status": 302}
APPLICATION = f"/apply/{TOKEN}/"
DESK = {"may": May.STAFF, "status": 302}
SIGNED = {"may": May.SENDER, "status": 401}

MATRIX = {
    "site:home": Row(May.EVERYBODY, "/"),
    "site:calculator": Row(May.EVERYBODY, "/premium/"),
    "site:incident_costs": Row(May.EVERYBODY, "/incident-costs/"),
    "site:quote": Row(path=f"/quotes/{TOKEN}/", **HELD),
    "site:estimate": Row(path=f"/quotes/{TOKEN}/estimate.pdf", **HELD),
    "site:cover": Row(May.EVERYBODY, "/cover/"),
    "site:questions": Row(May.EVERYBODY, "/questions/"),
    "site:question": Row(May.EVERYBODY, "/questions/how-to-pay/"),
    "site:consultation": Row(May.EVERYBODY, "/consultation/"),
    "site:consultation_received": Row(path=f"/consultation/{TOKEN}/", **HELD),
    "site:consultation_withdraw": Row(path=f"/consultation/{TOKEN}/withdraw/", **HELD),
    "site:consultation_callback": Row(path=f"/consultation/{TOKEN}/call-back/", **HELD),
    "site:outside": Row(May.EVERYBODY, "/outside/"),
    "site:verify": Row(path=f"/verify/{TOKEN}/", **HELD),
    "site:emergency": Row(May.EVERYBODY, "/emergency/"),
    "site:documents": Row(May.EVERYBODY, "/documents/"),
    "site:important_matters": Row(May.EVERYBODY, "/papers/important-matters.pdf"),
    "site:paper": Row(May.EVERYBODY, "/papers/plan-table.pdf"),
    "site:paper_of_version": Row(May.EVERYBODY, "/papers/2025-12-01/claims-guide.pdf"),
    "site:legal": Row(May.EVERYBODY, "/legal/"),
    "site:legal_page": Row(May.EVERYBODY, "/legal/parties/"),
    "site:parts": Row(May.EVERYBODY, "/design/"),
    "site:robots": Row(May.EVERYBODY, "/robots.txt"),
    "site:sitemap": Row(May.EVERYBODY, "/sitemap.xml"),
    "site:share_picture": Row(May.EVERYBODY, "/share/home-ja-0.png", status=302),  # to the picture of today
    "site:icon": Row(May.EVERYBODY, "/icons/mark-192.png"),
    "site:favicon": Row(May.EVERYBODY, "/favicon.ico"),
    "site:apple_touch_icon": Row(May.EVERYBODY, "/apple-touch-icon.png"),
    "site:manifest": Row(May.EVERYBODY, "/site.webmanifest"),
    "portal:sign_in": Row(May.EVERYBODY, "/sign-in/"),
    "portal:sign_in_code": Row(
        May.EVERYBODY, "/sign-in/code/", status=302
    ),  # back to the address, as no code is waited for
    "portal:passkey_sign_in": Row(May.EVERYBODY, "/sign-in/passkey/", "post"),
    "portal:second_factor": Row(path="/sign-in/second/", **DESK),
    "portal:second_factor_set_up": Row(path="/sign-in/second/set-up/", **DESK),
    "portal:recovery_codes": Row(path="/sign-in/second/recovery-codes/", **DESK),
    "portal:sign_in_again": Row(May.SIGNED_IN, "/sign-in/again/", status=302),
    "portal:organiser_sign_in": Row(May.EVERYBODY, "/sign-in/organiser/", "post", 404),  # none is set up
    "portal:organiser_return": Row(May.EVERYBODY, "/sign-in/organiser/return/", status=404),
    "portal:sign_out": Row(May.EVERYBODY, "/sign-out/", "post", 302),
    "portal:start": Row(May.SIGNED_IN, "/apply/", status=302),
    "portal:postcode": Row(May.SIGNED_IN, "/apply/postcode/?postcode=1000001", status=302),
    "portal:home": Row(May.SIGNED_IN, "/portal/", status=302),
    "portal:people": Row(May.SIGNED_IN, "/portal/people/", status=302),
    "portal:security": Row(May.SIGNED_IN, "/portal/security/", status=302),
    "portal:email": Row(May.SIGNED_IN, "/portal/security/email/", status=302),
    "portal:passkey": Row(May.SIGNED_IN, "/portal/security/passkey/", status=302),
    "portal:invitation": Row(path=f"/invitations/{TOKEN}/", **HELD),
    "portal:staff_invitation": Row(path=f"/invitations/staff/{TOKEN}/", **HELD),
    "portal:application": Row(path=APPLICATION, **OWN),
    "portal:step": Row(path=f"{APPLICATION}needs/", **OWN),
    "portal:document": Row(path=f"{APPLICATION}documents/overview/", **OWN),
    "portal:document_pdf": Row(path=f"{APPLICATION}documents/overview/pdf/", **OWN),
    "portal:referral": Row(path=f"{APPLICATION}referral/", **OWN),
    "portal:confirm": Row(path=f"{APPLICATION}confirm/", **OWN),
    "portal:give_up": Row(path=f"{APPLICATION}give-up/", **OWN),
    "portal:pay": Row(path=f"{APPLICATION}pay/", **OWN),
    "portal:paid": Row(path=f"{APPLICATION}paid/", **OWN),
    "portal:payment_left": Row(path=f"{APPLICATION}payment-left/", **OWN),
    "portal:status": Row(path=f"{APPLICATION}status/", **OWN),
    "portal:renew": Row(path=f"{APPLICATION}renew/", **OWN),
    "portal:renewal_offer": Row(path="/portal/renewal/C2026-000001-0/", **OWN),
    "portal:documents": Row(May.SIGNED_IN, "/portal/documents/", status=302),
    "portal:payments": Row(May.SIGNED_IN, "/portal/payments/", status=302),
    "portal:notices": Row(May.SIGNED_IN, "/portal/notices/", status=302),
    "portal:data": Row(May.SIGNED_IN, "/portal/data/", status=302),
    "portal:data_download": Row(May.SIGNED_IN, "/portal/data/download/", "post", 302),
    "portal:data_looks": Row(May.SIGNED_IN, "/portal/data/looks/", status=302),
    "portal:data_correct": Row(May.SIGNED_IN, "/portal/data/correct/", status=302),
    "portal:data_erase": Row(May.SIGNED_IN, "/portal/data/erase/", status=302),
    "portal:accounting": Row(path="/portal/accounting/C2026-000001-0/", **OWN),
    "portal:accounting_file": Row(path="/portal/accounting/C2026-000001-0/journal/", **OWN),
    "portal:cover_change": Row(path="/portal/cover/C2026-000001-0/change/", **OWN),
    "portal:cover_cancel": Row(path="/portal/cover/C2026-000001-0/cancel/", **OWN),
    "portal:cover_reinstate": Row(path="/portal/cover/C2026-000001-0/reinstate/", **OWN),
    "portal:change_asked": Row(path=f"/portal/changes/{TOKEN}/", **OWN),
    "portal:change_pay": Row(path=f"/portal/changes/{TOKEN}/pay/", method="post", **OWN),
    "portal:change_paid": Row(path=f"/portal/changes/{TOKEN}/paid/", **OWN),
    "portal:change_status": Row(path=f"/portal/changes/{TOKEN}/status/", **OWN),
    "portal:change_left": Row(path=f"/portal/changes/{TOKEN}/payment-left/", **OWN),
    "portal:change_give_up": Row(path=f"/portal/changes/{TOKEN}/give-up/", method="post", **OWN),
    "portal:paper": Row(path="/portal/papers/1/", **OWN),
    "portal:free_certificate": Row(path="/portal/free-cover/C2026-000001-1/", **OWN),
    "portal:outbox": Row(May.DEMO, "/demo/outbox/"),
    "desk:home": Row(path="/desk/", **DESK),
    "desk:work_changes": Row(path="/desk/work/changes/", **DESK),
    "desk:work_item": Row(path="/desk/work/item/?kind=question&key=1", **DESK),
    "desk:members": Row(path="/desk/members/", **DESK),
    "desk:member": Row(path="/desk/members/10000017/", **DESK),
    "desk:member_history": Row(path="/desk/members/10000017/history/", **DESK),
    "desk:paper": Row(path="/desk/papers/1/", **DESK),
    "desk:certificate": Row(path="/desk/certificates/C2026-000001-0/", **DESK),
    "desk:change": Row(path="/desk/certificates/C2026-000001-0/change/", **DESK),
    "desk:cancel": Row(path="/desk/certificates/C2026-000001-0/cancel/", **DESK),
    "desk:reinstate": Row(path="/desk/certificates/C2026-000001-0/reinstate/", **DESK),
    "desk:reverse": Row(path="/desk/certificates/C2026-000001-0/reverse/2/", **DESK),
    "desk:give_up": Row(path="/desk/certificates/C2026-000001-0/give-up/", method="post", **DESK),
    "desk:staff": Row(path="/desk/staff/", **DESK),
    "desk:staff_invite": Row(path="/desk/staff/invite/", **DESK),
    "desk:networks": Row(path="/desk/staff/networks/", **DESK),
    "desk:staff_member": Row(path="/desk/staff/1/", **DESK),
    "desk:staff_close": Row(path="/desk/staff/1/close/", **DESK),
    "desk:staff_reset": Row(path="/desk/staff/1/reset/", **DESK),
    "desk:turn": Row(path="/desk/turn/", **DESK),
    "desk:audit": Row(path="/desk/audit/", **DESK),
    "desk:audit_file": Row(path="/desk/audit.csv", **DESK),
    "desk:consultations": Row(path="/desk/consultations/", **DESK),
    "desk:consultation_call": Row(path="/desk/consultations/call/", **DESK),
    "desk:consultation": Row(path="/desk/consultations/S2026-000001-0/", **DESK),
    "desk:consultation_record": Row(path="/desk/consultations/S2026-000001-0/record/", **DESK),
    "desk:consultation_answer": Row(path="/desk/consultations/S2026-000001-0/answer/", **DESK),
    "desk:consultation_hand_over": Row(path="/desk/consultations/S2026-000001-0/hand-over/", **DESK),
    "desk:consultation_solicit": Row(path="/desk/consultations/S2026-000001-0/solicit/", **DESK),
    "desk:consultation_link": Row(path="/desk/consultations/S2026-000001-0/link/", **DESK),
    "desk:consultation_take": Row(path="/desk/consultations/S2026-000001-0/take/", method="post", **DESK),
    "desk:consultation_reopen": Row(path="/desk/consultations/S2026-000001-0/reopen/", **DESK),
    "desk:callbacks": Row(path="/desk/call-backs/", **DESK),
    "desk:feeds": Row(path="/desk/feeds/", **DESK),
    "desk:upload": Row(path="/desk/feeds/upload/", **DESK),
    "desk:template": Row(path="/desk/feeds/template/list.csv", **DESK),
    "desk:feed": Row(path="/desk/feeds/1/", **DESK),
    "desk:apply": Row(path="/desk/feeds/1/apply/", **DESK),
    "desk:release": Row(path="/desk/feeds/1/release/", **DESK),
    "desk:withdraw": Row(path="/desk/feeds/1/withdraw/", **DESK),
    "desk:set_aside": Row(path="/desk/feeds/1/set-aside/", **DESK),
    "desk:set_aside_file": Row(path="/desk/feeds/1/set-aside.csv", **DESK),
    "desk:free_cover": Row(path="/desk/free-cover/", **DESK),
    "desk:free_cover_look": Row(path="/desk/free-cover/looks/1/", **DESK),
    "desk:exports": Row(path="/desk/exports/", **DESK),
    "desk:export": Row(path="/desk/exports/1/", **DESK),
    "desk:export_file": Row(path="/desk/exports/1/members.csv", **DESK),
    "desk:letters": Row(path="/desk/letters/", **DESK),
    "desk:new_letter": Row(path="/desk/letters/new/", **DESK),
    "desk:stop_list": Row(path="/desk/letters/stop-list/", **DESK),
    "desk:letter_look": Row(path="/desk/letters/looks/1/", **DESK),
    "desk:letter": Row(path="/desk/letters/1/", **DESK),
    "desk:edit_letter": Row(path="/desk/letters/1/edit/", **DESK),
    "desk:letter_mails": Row(path="/desk/letters/1/mails/", **DESK),
    "desk:letter_mail": Row(path="/desk/letters/1/mails/1/", **DESK),
    "desk:return_look": Row(path="/desk/returns/1/", **DESK),
    "desk:run_again": Row(path="/desk/free-cover/1/again/", method="post", **DESK),
    "desk:referrals": Row(path="/desk/referrals/", **DESK),
    "desk:referral_new": Row(path="/desk/referrals/new/", **DESK),
    "desk:referral": Row(path="/desk/referrals/S2026-000001-0/", **DESK),
    "desk:referral_pass": Row(path="/desk/referrals/S2026-000001-0/pass/", **DESK),
    "desk:referral_answer": Row(path="/desk/referrals/S2026-000001-0/answer/", **DESK),
    "desk:referral_withdraw": Row(path="/desk/referrals/S2026-000001-0/withdraw/", **DESK),
    "desk:complaints": Row(path="/desk/complaints/", **DESK),
    "desk:complaints_file": Row(path="/desk/complaints.csv", **DESK),
    "desk:complaint_new": Row(path="/desk/complaints/new/", **DESK),
    "desk:complaint": Row(path="/desk/complaints/S2026-000001-0/", **DESK),
    "desk:complaint_note": Row(path="/desk/complaints/S2026-000001-0/note/", method="post", **DESK),
    "desk:data_requests": Row(path="/desk/data-requests/", **DESK),
    "desk:data_request_new": Row(path="/desk/data-requests/new/", **DESK),
    "desk:data_request": Row(path="/desk/data-requests/S2026-000001-0/", **DESK),
    "desk:data_request_note": Row(path="/desk/data-requests/S2026-000001-0/note/", method="post", **DESK),
    "desk:figures": Row(path="/desk/figures/", **DESK),
    "desk:figures_topic": Row(path="/desk/figures/certificates/", **DESK),
    "desk:figures_file": Row(path="/desk/figures/certificates.csv", **DESK),
    "desk:figure_rows": Row(path="/desk/figures/certificates/issued/", **DESK),
    "desk:figure_rows_file": Row(path="/desk/figures/certificates/issued.csv", **DESK),
    "desk:products": Row(path="/desk/products/", **DESK),
    "desk:product_begin": Row(path="/desk/products/new/", **DESK),
    "desk:product_compare": Row(path="/desk/products/compare/?before=2025-12-01&after=2026-12-01", **DESK),
    "desk:product_compare_file": Row(path="/desk/products/compare.csv?before=2025-12-01&after=2026-12-01", **DESK),
    "desk:product_look": Row(path="/desk/products/looks/1/", **DESK),
    "desk:product_draft": Row(path="/desk/products/drafts/1/", **DESK),
    "desk:product_file": Row(path="/desk/products/drafts/1/files/notes.md/", **DESK),
    "desk:product_upload": Row(path="/desk/products/drafts/1/upload/", **DESK),
    "desk:product_restore": Row(path="/desk/products/drafts/1/revisions/1/", method="post", **DESK),
    "desk:product_effect": Row(path="/desk/products/drafts/1/effect/", **DESK),
    "desk:product_publish": Row(path="/desk/products/drafts/1/publish/", **DESK),
    "desk:money": Row(path="/desk/money/", **DESK),
    "desk:money_look": Row(path="/desk/money/look/", **DESK),
    "desk:receivable": Row(path="/desk/money/owed/1/", **DESK),
    "desk:write_off": Row(path="/desk/money/owed/1/write-off/", **DESK),
    "desk:write_off_decide": Row(path="/desk/money/write-offs/1/", **DESK),
    "desk:write_off_back": Row(path="/desk/money/write-offs/1/take-back/", **DESK),
    "desk:hand_return": Row(path="/desk/money/returns/1/", **DESK),
    "desk:hand_return_back": Row(path="/desk/money/returns/1/take-back/", **DESK),
    "desk:payouts": Row(path="/desk/money/payouts/", **DESK),
    "desk:payout_upload": Row(path="/desk/money/payouts/upload/", **DESK),
    "desk:payout_item": Row(path="/desk/money/payouts/item/?key=sandbox_card", **DESK),
    "desk:ties": Row(path="/desk/money/2026-11/", **DESK),
    "desk:earned": Row(path="/desk/money/2026-11/earned/", **DESK),
    "desk:bordereau": Row(path="/desk/money/2026-11/list/", **DESK),
    "desk:bordereau_close": Row(path="/desk/money/2026-11/list/close/", **DESK),
    "desk:remit": Row(path="/desk/money/2026-11/list/remit/", **DESK),
    "desk:remit_back": Row(path="/desk/money/2026-11/list/take-back/", **DESK),
    "desk:bordereau_file": Row(path="/desk/money/2026-11/list/premium.csv", **DESK),
    "api_feeds:openapi-json": Row(May.EVERYBODY, "/api/feeds/openapi.json"),
    "api_feeds:api-root": Row(May.EVERYBODY, "/api/", status=404),
    "api_feeds:send_feed": Row(path="/api/feeds/", method="post", **SIGNED),
    "api_feeds:show_feed": Row(path="/api/feeds/1/", **SIGNED),
    "api_feeds:apply_own_feed": Row(path="/api/feeds/1/apply", method="post", **SIGNED),
    "api_v1:openapi-json": Row(May.EVERYBODY, "/api/v1/openapi.json"),
    "api_v1:api-root": Row(May.EVERYBODY, "/api/v1/", status=404),
    "api_v1:show_certificate": Row(path="/api/v1/certificates/C2026-000001-0", **SIGNED),
    "api_v1:list_passed": Row(path="/api/v1/referrals", **SIGNED),
    "api_v1:show_passed": Row(path="/api/v1/referrals/S2026-000001-0", **SIGNED),
    "api_v1:tell": Row(path="/api/v1/referrals/S2026-000001-0/steps", method="post", **SIGNED),
    "api_v1:create_quote": Row(May.EVERYBODY, "/api/v1/quotes", "post", 415),
    "health": Row(May.EVERYBODY, "/health/"),
    "mail_hook": Row(May.MAILER, "/hooks/mail/", "post", 404),  # no service has a secret
    "card_hook": Row(May.PROCESSOR, "/hooks/card/sandbox_card/", "post", 400),
}
FOR_MACHINES = {"health", "card_hook", "mail_hook"} | {name for name in MATRIX if name.startswith("api_")}

TO_SIGN_IN = (May.SIGNED_IN, May.MEMBERS_PEOPLE, May.STAFF)


def patterns_of(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        else:
            yield from patterns_of(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def rows(*may: May) -> Any:
    chosen = {name: row for name, row in MATRIX.items() if row.may in may}
    return pytest.mark.parametrize("row", chosen.values(), ids=chosen)


def ask(browser: Client, row: Row, prefix: str = "") -> Any:
    return getattr(browser, row.method)(f"{prefix}{row.path}")


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    assert sorted(name for name, _ in patterns_of(get_resolver())) == sorted(MATRIX)


@pytest.mark.parametrize("name", MATRIX)
def test_the_path_of_a_row_leads_where_it_says(name: str) -> None:
    match = get_resolver().resolve(MATRIX[name].path.partition("?")[0])
    assert match.view_name == name


@rows(*May)
def test_a_visitor_is_answered_as_the_row_says(programme: object, row: Row) -> None:
    answer = ask(Client(), row)
    assert answer.status_code == row.status
    if row.may in TO_SIGN_IN:
        assert answer.headers["Location"].startswith("/sign-in/?next=/")


@pytest.mark.parametrize("name", sorted(MATRIX.keys() - FOR_MACHINES))
def test_the_english_address_answers_like_the_japanese_one(programme: object, name: str) -> None:
    assert ask(Client(), MATRIX[name], "/en").status_code == MATRIX[name].status


@rows(*TO_SIGN_IN)
def test_a_visitor_can_change_nothing_there_either(programme: object, row: Row) -> None:
    answer = Client().post(row.path, {"action": "next"})
    assert answer.status_code in {302, 405}
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/sign-in/?next=/")


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@rows(May.MEMBERS_PEOPLE)
def test_whoever_has_signed_in_finds_nothing_at_an_address_that_is_not_theirs(people: cast.Cast, row: Row) -> None:
    for user in [people.owner, people.colleague, *people.everybody_else()]:
        assert ask(browser_of(user), row).status_code == 404


@rows(May.STAFF)
def test_whoever_is_no_staff_finds_no_desk(people: cast.Cast, row: Row) -> None:
    for user in (people.owner, people.colleague, people.stranger, people.visitor):
        assert ask(browser_of(user), row).status_code == 404


@rows(May.SENDER)
@pytest.mark.parametrize("person", ["visitor", "owner", "operator"])
def test_nobody_is_heard_without_a_signature(people: cast.Cast, row: Row, person: str) -> None:
    browser = Client() if person == "visitor" else browser_of(people.staff.get(person, people.owner))
    assert ask(browser, row).status_code == 401


@rows(May.PROCESSOR)
@pytest.mark.parametrize("person", ["visitor", "owner", "insurer"])
def test_nobody_but_the_processor_is_heard(people: cast.Cast, row: Row, person: str) -> None:
    browser = Client() if person == "visitor" else browser_of(people.staff.get(person, people.owner))
    assert browser.post(row.path, b'{"type": "payment.captured"}', content_type="application/json").status_code == 400
    assert browser.get(row.path).status_code == 405


@rows(May.DEMO)
def test_outside_the_demo_there_is_no_such_page(people: cast.Cast, row: Row) -> None:
    with override_settings(SONAE_DEMO=False):
        for browser in (Client(), browser_of(people.owner), browser_of(people.staff["insurer"])):
            assert ask(browser, row).status_code == 404
