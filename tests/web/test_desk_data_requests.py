"""The desk's pages of requests about personal data."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from sonae.apps.contact.data_request_models import RegisteredRequest, RegisteredRequestStep
from sonae.apps.documents.models import OutboxMessage
from tests import cast
from tests.apps.contact.asking import register
from tests.web.door import signed_in
from tests.web.holdings import browser_of
from tests.web.page_forms import PageForm, forms_of

pytestmark = pytest.mark.django_db
GIVEN = {
    "kind": "disclosure", "channel": "letter", "received_on": "2026年11月20日", "person": "青木 花子",
    "email": "hanako@sample.example", "wanted": "何を持っていますか",
}  # fmt: skip


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def operator(people: cast.Cast) -> Client:
    return browser_of(people.staff["operator"])


def form_on(browser: Client, address: str, to: str) -> PageForm:
    (form,) = [one for one in forms_of(browser, address) if one.method == "post" and one.action.endswith(to)]
    return form


def note(browser: Client, number: str, kind: str, **given: str) -> int:
    form = form_on(browser, f"/desk/data-requests/{number}/", "/note/")
    return int(form.send(browser, kind=kind, **given).status_code)


def test_a_letter_is_entered_proved_and_answered_by_mail(operator: Client) -> None:
    answer = form_on(operator, "/desk/data-requests/new/", "/new/").send(operator, **GIVEN)
    kept = RegisteredRequest.objects.get()
    assert (answer.headers["Location"], kept.due_on) == (f"/desk/data-requests/{kept.number}/", date(2026, 12, 4))
    assert "本人の確認待ち" in operator.get(answer.headers["Location"]).content.decode()
    assert note(operator, kept.number, "answered", outcome="granted", text="x") == 422  # nobody knows who asks
    assert note(operator, kept.number, "identity", text="運転免許証") == 302
    assert note(operator, kept.number, "answered", outcome="granted", text="写しを送ります。") == 302
    mail = OutboxMessage.objects.get(key=f"data-request-answer:{kept.number}")
    assert "写しを送ります。" in mail.body
    page = operator.get(answer.headers["Location"]).content.decode()
    assert "ご請求のとおりにした" in page
    assert "/note/" not in page  # it is at its end


@pytest.mark.parametrize("field", ["kind", "channel", "received_on", "person", "wanted"])
def test_what_is_missing_is_said_beside_its_field(operator: Client, field: str) -> None:
    answer = form_on(operator, "/desk/data-requests/new/", "/new/").send(operator, **{**GIVEN, field: ""})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"member_number": "99999999"}, "member_number"),
        ({"received_on": "2026-11-25"}, "received_on"),
        ({"channel": "portal"}, "channel"),
    ],
)
def test_what_can_not_be_is_said(operator: Client, given: dict[str, str], field: str) -> None:
    answer = form_on(operator, "/desk/data-requests/new/", "/new/").send(operator, **{**GIVEN, **given})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not RegisteredRequest.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "identity", "text": ""}, "text"),
        ({"kind": "answered", "outcome": "refused", "text": ""}, "text"),
        ({"kind": "answered", "outcome": ""}, "outcome"),
        ({"kind": "erased"}, "kind"),
        ({"kind": "done", "text": "x", "happened_on": "2026-11-23"}, "happened_on"),
    ],
)
def test_what_can_not_be_noted_is_said_beside_its_field(operator: Client, given: dict[str, str], field: str) -> None:
    form = form_on(operator, f"/desk/data-requests/{register().number}/", "/note/")
    answer = form.send(operator, **given)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not RegisteredRequestStep.objects.exists()


def test_a_step_from_a_page_of_before_is_not_taken(operator: Client) -> None:
    form = form_on(operator, f"/desk/data-requests/{register().number}/", "/note/")
    assert [form.send(operator, kind="done", text="x").status_code for _ in range(2)] == [302, 409]


def test_a_correction_that_a_member_asks_for_goes_to_the_organiser_and_back(
    people: cast.Cast, operator: Client
) -> None:
    browser, organiser = signed_in(people.owner), browser_of(people.staff["organiser"])
    correction = {"name": "青木建設", "member_class": "basic", "message": "", "form_key": "c" * 32}
    browser.post("/portal/data/correct/", correction)
    number = RegisteredRequest.objects.get().number
    page = operator.get(f"/desk/data-requests/{number}/").content.decode()
    assert "青木工務店" in page
    assert "青木建設" in page
    assert note(operator, number, "to_organiser") == 302
    assert note(operator, number, "corrected") == 422  # that is the organiser's to say
    assert number in organiser.get("/desk/data-requests/?show=with_organiser").content.decode()
    assert note(organiser, number, "corrected") == 302
    assert note(operator, number, "answered", outcome="granted") == 302


def test_a_deletion_on_the_portal_stands_there_answered(people: cast.Cast, operator: Client) -> None:
    signed_in(people.owner).post("/portal/data/erase/", {"message": "", "form_key": "e" * 32})
    number = RegisteredRequest.objects.get().number
    assert number not in operator.get("/desk/data-requests/").content.decode()
    assert number in operator.get("/desk/data-requests/?show=answered").content.decode()


def test_what_is_overdue_says_so(operator: Client) -> None:
    register(received_on=date(2026, 11, 1))
    assert "期限を過ぎています" in operator.get("/desk/data-requests/").content.decode()
