"""/apply/: linking a member, and beginning or going on."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.test import Client

from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import MemberAccess
from sonae.domain.calendar import JAPAN
from tests import cast, clock
from tests.web.applicant import NEEDS, Applicant

pytestmark = pytest.mark.django_db
RIGHT = {"number": "10000099", "member_class": "total", "telephone": "03-1234-0099"}


@pytest.fixture
def newcomer(programme: object) -> Client:
    cast.enter_member("10000099", "total", "例示製作所", email="listed@firm.example", telephone="03-1234-0099")
    browser = Client()
    browser.force_login(cast.enter_person("new@firm.example"))
    return browser


def test_looking_begins_nothing(newcomer: Client) -> None:
    assert newcomer.get("/apply/").status_code == 200
    assert not Application.objects.exists()


def test_the_right_number_begins_the_application(newcomer: Client) -> None:
    answer = newcomer.post("/apply/", RIGHT)
    application = Application.objects.get()
    assert answer.headers["Location"] == f"/apply/{application.public_id}/"
    assert newcomer.get(answer.headers["Location"]).headers["Location"].endswith("/needs/")


def test_whatever_is_wrong_the_page_is_the_same_and_keeps_what_was_typed(newcomer: Client) -> None:
    pages = []
    for wrong in ({"number": "10000098"}, {"member_class": "pap"}, {"telephone": "03-1234-0098"}):
        answer = newcomer.post("/apply/", RIGHT | wrong)
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "会員名簿で確かめられませんでした" in html
        assert "弥生PAP会員" in html
        assert "0120-008588" in html
        assert wrong.get("number", RIGHT["number"]) in html
        pages.append(str(answer.context["form"].non_field_errors()))
    assert len(set(pages)) == 1
    assert not MemberAccess.objects.exists()


def test_too_many_tries_have_to_wait(newcomer: Client) -> None:
    answers = [newcomer.post("/apply/", RIGHT | {"number": f"3000{n}"}).status_code for n in range(11)]
    assert answers == [422] * 10 + [429]


def test_a_second_person_is_led_to_the_first(newcomer: Client) -> None:
    newcomer.post("/apply/", RIGHT)
    second = Client()
    second.force_login(cast.enter_person("second@firm.example"))
    answer = second.post("/apply/", RIGHT)
    assert answer.status_code == 409
    assert "先に登録した方" in answer.content.decode()
    assert MemberAccess.objects.count() == 1


def test_what_the_calculator_knew_is_carried_to_the_plan(newcomer: Client) -> None:
    newcomer.get("/apply/", {"industry": "retail", "sales": "8000000円", "plan": "P300"})
    newcomer.post("/apply/", RIGHT)
    base = f"/apply/{Application.objects.get().public_id}/"
    newcomer.post(f"{base}needs/", {"revision": "0", **NEEDS})
    plan = newcomer.get(f"{base}plan/").content.decode()
    assert '<option value="retail" selected>' in plan
    assert 'value="800"' in plan
    assert 'value="P300" checked' in plan


@pytest.mark.parametrize(
    "odd", [{"industry": "x" * 999}, {"sales": "\x00"}, {"plan": "<script>"}, {"sales": "九" * 99}]
)
def test_an_odd_address_of_the_calculator_does_no_harm(newcomer: Client, odd: dict[str, str]) -> None:
    assert newcomer.get("/apply/", odd).status_code == 200
    newcomer.post("/apply/", RIGHT)
    base = f"/apply/{Application.objects.get().public_id}/"
    newcomer.post(f"{base}needs/", {"revision": "0", **NEEDS})
    page = newcomer.get(f"{base}plan/")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode().split("<main")[1]


def test_who_has_left_is_told_so(programme: object) -> None:
    people = cast.call_in()
    cast.leave_list(people.member, date(2026, 11, 1))
    browser = Client()
    browser.force_login(people.owner)
    assert "いま有効な登録がありません" in browser.get("/apply/").content.decode()
    answer = browser.post("/apply/", {"member": people.member.number})
    assert answer.status_code == 403
    assert not Application.objects.exists()


def test_beyond_the_last_scheme_year_the_page_says_so(programme: object) -> None:
    people = cast.call_in()
    browser = Client()
    browser.force_login(people.owner)
    with clock.at(datetime(2027, 11, 25, tzinfo=JAPAN)):
        answer = browser.post("/apply/", {"member": people.member.number})
    assert answer.status_code == 409
    assert "いまは申込みを受け付けていません" in answer.content.decode()


def test_an_open_application_stands_on_both_pages(programme: object) -> None:
    people = cast.call_in()
    applicant = Applicant(people.owner, people.member)
    for page in ("/apply/", "/portal/"):
        html = applicant.client.get(page).content.decode()
        assert applicant.application.number in html
        assert applicant.base in html


@pytest.mark.parametrize("typed", ["a" * 5000, "\x00", "💥" * 50])
def test_odd_input_is_refused_in_words(newcomer: Client, typed: str) -> None:
    answer = newcomer.post("/apply/", dict.fromkeys(RIGHT, typed))
    assert answer.status_code == 422
    assert newcomer.post("/apply/", {"member": typed}).status_code == 404
