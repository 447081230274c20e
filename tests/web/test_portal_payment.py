"""To the card page and back: each outcome is told as it is, and nothing is charged or issued twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from django.test import Client

from sonae.apps.billing.gateway import CardState, GatewayRefused, GatewayUnavailable, GatewayUnknown
from sonae.apps.billing.models import Payment, Refund
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.domain.calendar import JAPAN
from sonae.web.portal import payment_views
from tests import cast, clock
from tests.web.applicant import COMPANY, Applicant
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
State = Application.State


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> MemoryGateway:
    gateway = MemoryGateway()
    monkeypatch.setattr("sonae.web.portal.payment_views.card_gateway", lambda: gateway)
    return gateway


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def applicant(people: cast.Cast, gateway: MemoryGateway) -> Applicant:
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    applicant.confirm()
    return applicant


def said(applicant: Applicant, page: str = "paid/") -> str:
    html = applicant.client.get(applicant.base + page).content.decode()
    return html.split("<main")[1].split("<footer")[0]


def test_looking_at_the_payment_page_begins_nothing(applicant: Applicant) -> None:
    page = said(applicant, "pay/")
    assert "59,530" in page
    assert "American Express" in page
    assert not Payment.objects.exists()


def test_pressing_pay_leads_to_the_card_page_the_same_one_each_time(applicant: Applicant) -> None:
    answers = [applicant.client.post(f"{applicant.base}pay/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert Payment.objects.count() == 1


def test_an_authorised_card_becomes_cover_once(applicant: Applicant, gateway: MemoryGateway) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    gateway.card_holder_pays()
    for _ in range(3):
        page = said(applicant)
    certificate = Certificate.objects.get()
    assert "加入の手続きが終わりました" in page
    assert certificate.number in page
    assert "2027年1月1日 午後4時" in re.sub("<[^>]+>", "", page)
    assert "VISA •••• 4242" in page
    assert gateway.captures == 1
    assert OutboxMessage.objects.filter(key=f"issued:{certificate.number}").count() == 1
    assert applicant.client.get(f"{applicant.base}needs/").headers["Location"] == f"{applicant.base}paid/"
    assert applicant.client.post(f"{applicant.base}pay/").headers["Location"] == f"{applicant.base}paid/"


def test_a_declined_card_is_told_and_can_be_tried_again(applicant: Applicant, gateway: MemoryGateway) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    gateway.card_is_declined()
    page = said(applicant)
    assert "カードの支払いができませんでした" in page
    assert "補償はまだ始まっていません" in page
    assert applicant.client.post(f"{applicant.base}pay/").status_code == 303
    assert not Certificate.objects.exists()


def test_a_page_that_was_left_is_not_called_a_failure(applicant: Applicant) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    page = said(applicant, "payment-left/")
    assert "お支払いはまだ済んでいません" in page
    assert "できませんでした" not in page
    assert Payment.objects.get().state == Payment.State.OPEN


def test_an_unknown_outcome_is_being_confirmed_until_it_is_known(applicant: Applicant, gateway: MemoryGateway) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    gateway.card_holder_pays()
    gateway.fail_with["capture"] = GatewayUnknown("no answer")
    page = said(applicant)
    assert "お支払いを確認中です" in page
    assert 'data-hx-trigger="every 4s"' in page
    assert 'http-equiv="refresh"' in applicant.client.get(f"{applicant.base}paid/").content.decode()
    assert "もう一度支払う" not in page
    polled = applicant.client.get(f"{applicant.base}status/", headers={"HX-Request": "true"})
    assert (polled.status_code, "確認中" in polled.content.decode()) == (200, True)
    gateway.fail_with.clear()
    polled = applicant.client.get(f"{applicant.base}status/", headers={"HX-Request": "true"})
    assert (polled.status_code, polled.headers["HX-Refresh"]) == (204, "true")
    assert "加入の手続きが終わりました" in said(applicant)
    assert gateway.captures == 1


def test_a_way_back_that_the_processor_does_not_confirm_is_never_called_unpaid(
    applicant: Applicant, gateway: MemoryGateway
) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    gateway.card_holder_pays()
    gateway.fail_with["read_payment"] = GatewayUnavailable("away")
    page = said(applicant)
    assert "お支払いを確認中です" in page
    assert "まだ済んでいません" not in page
    assert "もう一度支払う" not in page
    gateway.fail_with.clear()
    assert "加入の手続きが終わりました" in said(applicant)
    assert gateway.captures == 1


def test_a_processor_that_is_away_charges_nothing_and_keeps_everything(
    applicant: Applicant, gateway: MemoryGateway
) -> None:
    gateway.fail_with["open_checkout"] = GatewayUnavailable("away")
    answer = applicant.client.post(f"{applicant.base}pay/")
    assert answer.status_code == 503
    assert "カードの支払いは行われていません" in answer.content.decode()
    gateway.fail_with.clear()
    assert applicant.client.post(f"{applicant.base}pay/").status_code == 303
    assert Payment.objects.count() == 1


def test_a_processor_that_refuses_its_page_can_be_asked_again_at_once(
    applicant: Applicant, gateway: MemoryGateway
) -> None:
    gateway.fail_with["open_checkout"] = GatewayRefused("idempotency_key_reused")
    answer = applicant.client.post(f"{applicant.base}pay/")
    assert answer.status_code == 503
    assert "もう一度お試しください。それでも開けないときは、お電話ください" in answer.content.decode()
    assert applicant.reload().state == State.CONFIRMED
    gateway.fail_with.clear()
    assert applicant.client.post(f"{applicant.base}pay/").status_code == 303
    assert [payment.state for payment in Payment.objects.order_by("id")] == ["closed", "open"]


@pytest.mark.parametrize("page", ["needs/", "plan/", "documents/", "disclosure/", "company/", "confirm/", "give-up/"])
def test_nothing_is_changed_while_the_card_page_is_open(applicant: Applicant, page: str) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    before = StepAnswers.objects.get(step="company").revision, applicant.reload().revision
    answer = applicant.client.post(applicant.base + page, {"revision": "1", **COMPANY, "representative": "別の人"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "カードの画面に戻る" in html
    assert "支払いをやめて内容を直す" in html
    assert (StepAnswers.objects.get(step="company").revision, applicant.reload().revision) == before
    assert applicant.application.state == State.PAYING


def test_leaving_the_payment_closes_the_page_and_opens_the_application(
    applicant: Applicant, gateway: MemoryGateway
) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    answer = applicant.client.post(f"{applicant.base}payment-left/")
    assert answer.headers["Location"] == f"{applicant.base}confirm/"
    assert gateway.payments["cs_1"].state == CardState.VOIDED
    applicant.send("company/", COMPANY | {"representative": "青木 次郎"})
    applicant.confirm()
    applicant.client.post(f"{applicant.base}pay/")
    assert list(gateway.payments) == ["cs_1", "cs_2"]


def test_an_obstacle_at_capture_is_named_and_nothing_is_charged(
    people: cast.Cast, applicant: Applicant, gateway: MemoryGateway
) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    gateway.card_holder_pays()
    cast.leave_list(people.member, date(2026, 11, 24))
    page = said(applicant)
    assert "お支払いは行われていません" in page
    assert "会員名簿に、いま有効な登録がありません" in page
    assert gateway.captures == 0
    assert gateway.payments["cs_1"].state == CardState.VOIDED
    assert not Certificate.objects.exists()


def test_an_obstacle_before_paying_is_named(people: cast.Cast, applicant: Applicant) -> None:
    cast.leave_list(people.member, date(2026, 11, 24))
    answer = applicant.client.post(f"{applicant.base}pay/")
    assert answer.status_code == 409
    assert "会員名簿に、いま有効な登録がありません" in answer.content.decode()
    assert not Payment.objects.exists()


def test_after_the_deadline_the_payment_leads_back_to_the_plan(applicant: Applicant) -> None:
    with clock.at(datetime(2026, 12, 21, 0, 0, 1, tzinfo=JAPAN)):
        answer = applicant.client.post(f"{applicant.base}pay/")
        assert answer.status_code == 409
        assert "締切日を過ぎました" in answer.content.decode()


def test_a_charge_without_cover_is_given_back_and_said_plainly(applicant: Applicant, gateway: MemoryGateway) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    gateway.card_holder_pays()
    # The processor charged before we asked it to: that is no payment of ours, and it goes back.
    gateway.payments["cs_1"] = replace(gateway.payments["cs_1"], state=CardState.CAPTURED)
    page = said(applicant)
    assert "お支払いの全額をカードへお返しします" in page
    assert "59,530円をお返ししました" in re.sub(r"\s", "", page)
    assert Refund.objects.get().refund_yen == 59530
    assert "お返しする手続き" in said(applicant, "needs/")
    assert not Certificate.objects.exists()


def test_trying_cards_comes_to_an_end(applicant: Applicant) -> None:
    answers = [applicant.client.post(f"{applicant.base}pay/").status_code for _ in range(21)]
    assert answers == [303] * 20 + [429]


def test_without_the_limit_cards_could_be_tried_without_end(
    applicant: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_views, "allow", lambda **_: True)
    answers = [applicant.client.post(f"{applicant.base}pay/").status_code for _ in range(60)]
    assert answers == [303] * 60


def test_an_unconfirmed_application_can_not_be_paid(people: cast.Cast, gateway: MemoryGateway) -> None:
    applicant = Applicant(people.stranger, people.other_member)
    for answer in (applicant.client.get(f"{applicant.base}pay/"), applicant.client.post(f"{applicant.base}pay/")):
        assert answer.headers["Location"] == f"{applicant.base}needs/"
    assert not Payment.objects.exists()


@pytest.mark.parametrize("page", ["paid/", "payment-left/", "status/"])
def test_the_way_back_without_a_payment_leads_to_the_application(applicant: Applicant, page: str) -> None:
    assert applicant.client.get(applicant.base + page).status_code == 302
    assert not Payment.objects.exists()


def test_the_members_page_shows_cover_papers_and_payment(applicant: Applicant, gateway: MemoryGateway) -> None:
    applicant.client.post(f"{applicant.base}pay/")
    gateway.card_holder_pays(brand="mastercard", last4="4444")
    said(applicant)
    browser: Client = applicant.client
    for prefix, words in (
        ("", ["1億円プラン", "まもなく始まります", "残り 1億円"]),
        ("/en", ["To begin", "JST", "100 million yen"]),
    ):
        html = browser.get(f"{prefix}/portal/").content.decode()
        for word in [*words, "Mastercard •••• 4444", Certificate.objects.get().number, 'id="emergency"']:
            assert word in html
        assert html.count("/portal/papers/") == 5  # the four papers, and the certificate beside its cover
    with clock.at(datetime(2027, 1, 1, 16, 0, tzinfo=JAPAN)):
        page = browser.get("/portal/").content.decode()
    assert "補償中" in page
    assert 'class="call-number" href="tel:0120000000"' in page  # the hotline's number
    with clock.at(datetime(2027, 1, 1, 15, 59, tzinfo=JAPAN)):
        page = browser.get("/portal/").content.decode()
    assert "まもなく始まります" in page
    assert "tel:0120000000" not in page  # until cover begins, the number is that of the window
