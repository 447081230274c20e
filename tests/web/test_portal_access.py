"""Who may open what. Somebody else's page and a page that isn't there answer alike, for every address of the portal."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from pytest_django import Settings

from sonae.apps.documents.models import Paper
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.parties.models import MemberAccess
from sonae.web.portal import urls
from tests import cast
from tests.web.applicant import NEEDS, Applicant
from tests.web.door import browser_of
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
NOWHERE = "A" * 32
OPEN_TO_ALL = {
    "sign_in", "sign_in_code", "sign_out", "outbox", "passkey_sign_in", "organiser_sign_in", "organiser_return", "invitation",
    "staff_invitation",
}  # fmt: skip
LISTS = {
    "documents": "/portal/documents/",
    "payments": "/portal/payments/",
    "notices": "/portal/notices/",
    "data": "/portal/data/",
    "data_looks": "/portal/data/looks/",
    "data_correct": "/portal/data/correct/",
    "data_erase": "/portal/data/erase/",
    "people": "/portal/people/",
    "security": "/portal/security/",
    "email": "/portal/security/email/",
    "passkey": "/portal/security/passkey/",
    "sign_in_again": "/sign-in/again/",
}
PERSONAL = {"start", "postcode", "home", "data_download"} | LISTS.keys()
OF_STAFF = {"second_factor", "second_factor_set_up", "recovery_codes"}  # test_second_factor.py tries each of them
OF_A_NUMBER = {
    "paper",
    "accounting",
    "accounting_file",
    "free_certificate",
    "renewal_offer",
    *(f"cover_{act}" for act in ("change", "cancel", "reinstate")),
    *(f"change_{page}" for page in ("asked", "pay", "paid", "status", "left", "give_up")),
}  # test_foreign_addresses.py tries each of them
OF_AN_APPLICATION = {
    "application": "",
    "step": "needs/",
    "document": "documents/overview/",
    "document_pdf": "documents/overview/pdf/",
    "referral": "referral/",
    "confirm": "confirm/",
    "renew": "renew/",
    "give_up": "give-up/",
    "pay": "pay/",
    "paid": "paid/",
    "payment_left": "payment-left/",
    "status": "status/",
}


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> MemoryGateway:
    gateway = MemoryGateway()
    monkeypatch.setattr("sonae.web.portal.payment_views.card_gateway", lambda: gateway)
    return gateway


def test_every_address_of_the_portal_is_covered_here() -> None:
    names = {pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)}
    assert names == OPEN_TO_ALL | PERSONAL | OF_AN_APPLICATION.keys() | OF_A_NUMBER | OF_STAFF


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("page", OF_AN_APPLICATION.values(), ids=OF_AN_APPLICATION)
def test_nobody_opens_the_application_of_others(people: cast.Cast, page: str, prefix: str) -> None:
    base = Applicant(people.owner, people.member).base
    for user in people.everybody_else():
        browser = browser_of(user)
        for method in (browser.get, browser.post):
            theirs = method(f"{prefix}{base}{page}")
            absent = method(f"{prefix}/apply/{NOWHERE}/{page}")
            assert theirs.status_code == absent.status_code
            assert theirs.status_code in {404, 405}
            assert _without_address(theirs, base) == _without_address(absent, f"/apply/{NOWHERE}/")
    assert not StepAnswers.objects.exists()


def _without_address(answer: Any, base: str) -> str:
    return str(answer.content.decode().replace(base, "/"))


@pytest.mark.parametrize("page", OF_AN_APPLICATION.values(), ids=OF_AN_APPLICATION)
def test_without_signing_in_every_page_of_an_application_asks_for_it(people: cast.Cast, page: str) -> None:
    base = Applicant(people.owner, people.member).base
    for address in (base + page, f"/apply/{NOWHERE}/{page}"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/sign-in/?next={address}"


@pytest.mark.parametrize("address", ["/apply/", "/apply/postcode/", "/portal/", "/portal/papers/1/", *LISTS.values()])
def test_personal_pages_ask_for_signing_in(programme: object, address: str) -> None:
    assert Client().get(address).headers["Location"] == f"/sign-in/?next={address}"


def test_owner_and_colleague_work_on_the_same_application(people: cast.Cast) -> None:
    applicant = Applicant(people.owner, people.member)
    colleague = browser_of(people.colleague)
    answer = colleague.post(f"{applicant.base}needs/", {"revision": "0", **NEEDS})
    assert answer.status_code == 302
    assert StepAnswers.objects.get().application == applicant.application


def test_access_that_was_taken_away_is_gone_at_once(people: cast.Cast) -> None:
    applicant = Applicant(people.owner, people.member)
    colleague = browser_of(people.colleague)
    assert colleague.get(f"{applicant.base}needs/").status_code == 200
    MemberAccess.objects.filter(user=people.colleague).delete()
    assert colleague.get(f"{applicant.base}needs/").status_code == 404


def test_papers_are_for_the_members_people_only(people: cast.Cast, gateway: MemoryGateway) -> None:
    applicant = Applicant(people.owner, people.member)
    applicant.buy(gateway)
    papers = list(Paper.objects.filter(member=people.member))
    assert {paper.kind for paper in papers} == {"certificate", "receipt", "important_matters", "disclosure_copy"}
    for paper in papers:
        address = f"/portal/papers/{paper.pk}/"
        for user in people.everybody_else():
            refused, absent = browser_of(user).get(address), browser_of(user).get("/portal/papers/999999/")
            assert (refused.status_code, absent.status_code) == (404, 404)
            assert _without_address(refused, address) == _without_address(absent, "/portal/papers/999999/")
        for user in (people.owner, people.colleague):
            answer = browser_of(user).get(address)
            assert answer.content.startswith(b"%PDF-")
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    home = browser_of(people.stranger).get("/portal/").content.decode()
    assert applicant.reload().certificate.number not in home


def test_nobody_begins_an_application_for_a_member_of_others(people: cast.Cast) -> None:
    for user in people.everybody_else():
        browser = browser_of(user)
        theirs = browser.post("/apply/", {"member": people.member.number})
        absent = browser.post("/apply/", {"member": "99999999"})
        assert (theirs.status_code, absent.status_code) == (404, 404)
        assert theirs.content == absent.content
    assert not Application.objects.exists()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_outbox_is_there_in_the_demo_only(programme: object, settings: Settings, prefix: str) -> None:
    assert Client().get(f"{prefix}/demo/outbox/").status_code == 200
    settings.SONAE_DEMO = False
    assert Client().get(f"{prefix}/demo/outbox/").status_code == 404


def test_forms_without_their_token_are_refused(people: cast.Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.owner)
    for address in ("/apply/", "/sign-out/", "/sign-in/"):
        assert strict.post(address, {"member": people.member.number}).status_code == 403
    assert not Application.objects.exists()


def test_pages_of_a_person_are_kept_by_no_cache(people: cast.Cast) -> None:
    applicant = Applicant(people.owner, people.member)
    for address in ("/portal/", "/apply/", f"{applicant.base}needs/", *LISTS.values()):
        assert "no-store" in applicant.client.get(address).headers["Cache-Control"]
