"""The desk's pages of referrals: what would be passed, passing it, the agency's answer, and taking consent back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.models import Consent, ConsentWithdrawal, Consultation
from sonae.apps.contact.referral_models import ReferralStep, SpokenConsent, ThirdPartyProvision
from sonae.apps.documents.models import OutboxMessage
from sonae.web.desk import referral_views
from tests import cast, clock
from tests.apps.contact.questions import REFERRAL
from tests.apps.contact.referring import on_its_way, pass_on, refer, withdraw
from tests.web.door import browser_of
from tests.web.page_forms import PageForm, forms_of

pytestmark = pytest.mark.django_db
BY_TELEPHONE = {
    "firm": "井上医院", "name": "井上 健", "kana": "いのうえ けん", "telephone": "０３−１２３４−５６７８", "email": "",
    "preferred_time": "morning", "industry": "medical", "sales": "１億２，０００万", "message": "見積りがほしい",
    "consent": "on", "spoken_at": "０９：５５",
}  # fmt: skip


def staff(party: str, *positions: str) -> Client:
    return browser_of(cast.enter_staff(party, *(positions or ("clerk",))))


@pytest.fixture
def operator(programme: object) -> Client:
    return staff("operator")


@pytest.fixture
def agency(programme: object) -> Client:
    return staff("agency")


def page(number: str, act: str = "") -> str:
    return f"/desk/referrals/{number}/{act}"


def text_of(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def form_on(browser: Client, address: str) -> PageForm:
    """The form with something to send, without signing out."""
    (form,) = [one for one in forms_of(browser, address) if one.method == "post" and "/sign-out/" not in one.action]
    return form


# --- Passing ----------------------------------------------------------------------------------------------------------


def test_the_operator_sees_the_consent_and_exactly_what_would_be_passed(operator: Client) -> None:
    consultation = refer(message="夜は不在です")
    shown = text_of(operator.get(page(consultation.number)))
    for words in (
        "井上医院", "井上 健", "03-1234-5678", "inoue@sample.example", "午前9時から正午まで", "医療機関", "1億2,000万円",
        "夜は不在です", "2026年11月24日", "2026年12月1日", consultation.consent.digest[:16],
        "上の表の内容を株式会社NTTRiskManagerへ渡すことに同意します。",
    ):  # fmt: skip
        assert words in shown.replace("120,000,000円", "1億2,000万円"), words


def test_passing_asks_once_more_and_is_done_once(operator: Client) -> None:
    consultation = refer()
    form = form_on(operator, page(consultation.number, "pass/"))
    assert not ThirdPartyProvision.objects.exists()
    answers = [form.send(operator) for _ in range(2)]
    assert answers[0].status_code == 302
    assert ThirdPartyProvision.objects.count() == 1
    assert OutboxMessage.objects.filter(key__startswith="referral-passed:").count() == 1
    shown = text_of(operator.get(page(consultation.number)))
    for words in (
        "第三者提供の記録",
        "東京都見本区見本町1-1",
        "見本 代表",
        "2029年11月24日",
        "ご本人の同意を得ています",
    ):
        assert words in shown, words


@pytest.mark.parametrize("digest", ["", "0" * 64, "é" * 500])
def test_a_page_that_shows_something_else_passes_nothing(operator: Client, digest: str) -> None:
    consultation = refer()
    answer = operator.post(page(consultation.number, "pass/"), {"digest": digest})
    assert answer.status_code == 409
    assert not ThirdPartyProvision.objects.exists()


def test_a_consent_withdrawn_while_the_page_was_open_passes_nothing_and_says_so(operator: Client) -> None:
    consultation = refer()
    form = form_on(operator, page(consultation.number, "pass/"))
    withdraw(consultation, minutes=0)
    answer = form.send(operator)
    assert answer.status_code == 409
    assert "渡す前に同意取消し" in text_of(answer)
    assert not ThirdPartyProvision.objects.exists()


def test_withdrawn_between_looking_and_passing_the_page_says_that_nothing_was_passed(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:

    consultation = refer()
    form = form_on(operator, page(consultation.number, "pass/"))
    plain = referral_views.pass_referral

    def withdrawn_first(**given: Any) -> Any:
        withdraw(consultation, minutes=0)
        return plain(**given)

    monkeypatch.setattr(referral_views, "pass_referral", withdrawn_first)
    answer = form.send(operator)
    assert answer.status_code == 302
    assert "何も渡していません" in text_of(operator.get(answer.headers["Location"]))
    assert not ThirdPartyProvision.objects.exists()


def test_without_the_recipients_address_the_page_says_what_is_missing(operator: Client, settings: Settings) -> None:
    settings.SONAE_AGENCY = {}
    consultation = refer()
    answer = operator.get(page(consultation.number))
    assert "渡す先が設定されていません" in text_of(answer)
    assert f'href="{page(consultation.number, "pass/")}"' not in answer.content.decode()


def test_who_opened_a_referral_is_written_down(operator: Client) -> None:
    number = refer().number
    operator.get(page(number))
    entry = AuditEntry.objects.get(action="referral.opened")
    assert (entry.object_id, entry.actor.startswith("user:")) == (number, True)


# --- The agency -------------------------------------------------------------------------------------------------------


def test_the_agency_sees_what_was_passed_and_nothing_of_what_was_not(agency: Client) -> None:
    waiting, passed = refer(name="待つ人"), refer(member_number="10000017")
    pass_on(passed)
    shown = text_of(agency.get("/desk/referrals/"))
    assert passed.number in shown
    assert waiting.number not in shown
    one = text_of(agency.get(page(passed.number)))
    for words in ("井上医院", "井上 健", "inoue@sample.example", "医療機関"):
        assert words in one, words
    for words in ("10000017", passed.token, passed.consent.digest[:16]):
        assert words not in one, words
    assert agency.get(page(waiting.number)).status_code == 404


def test_the_agency_takes_and_answers_and_the_operator_reads_it(agency: Client, operator: Client) -> None:
    number = on_its_way("passed").number
    assert form_on(agency, page(number, "answer/")).send(agency).status_code == 302
    form = form_on(agency, page(number, "answer/"))
    answer = form.send(agency, step="concluded", note="=HYPERLINK(1) <script>")
    assert answer.status_code == 302
    html = operator.get(page(number)).content.decode()
    assert "ご契約になりました" in html
    assert "&lt;script&gt;" in html
    assert list(ReferralStep.objects.order_by("seq").values_list("kind", flat=True)) == ["taken", "concluded"]


def test_an_answer_from_a_page_of_before_is_not_taken(agency: Client) -> None:
    number = on_its_way("passed").number
    form = form_on(agency, page(number, "answer/"))
    assert [form.send(agency).status_code for _ in range(2)] == [302, 409]
    assert ReferralStep.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"step": "deleted"}, "step"),
        ({"happened_on": "2026-11-23"}, "happened_on"),
        ({"happened_on": "きのう"}, "happened_on"),
        ({"note": "あ" * 401}, "note"),
    ],
)
def test_what_can_not_be_used_is_said_beside_its_field(agency: Client, given: dict[str, str], field: str) -> None:
    number = on_its_way("passed").number
    answer = form_on(agency, page(number, "answer/")).send(agency, **given)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not ReferralStep.objects.exists()


def test_the_agency_confirms_the_deletion_and_sees_no_more(agency: Client) -> None:
    number = on_its_way("to_delete").number
    shown = text_of(agency.get(page(number)))
    assert "同意を取り消しました" in shown
    assert "inoue@sample.example" not in shown
    assert form_on(agency, page(number, "answer/")).send(agency).status_code == 302
    assert "井上" not in text_of(agency.get(page(number)))
    assert OutboxMessage.objects.filter(key=f"referral-deleted:{number}").count() == 1


# --- By telephone -----------------------------------------------------------------------------------------------------


def test_a_referral_is_taken_by_telephone_after_the_text_was_read_out(operator: Client) -> None:
    form = form_on(operator, "/desk/referrals/new/")
    answer = form.send(operator, **BY_TELEPHONE)
    taken = Consultation.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, page(taken.number))
    assert (taken.kind, taken.firm, taken.telephone, taken.annual_sales, taken.email) == (
        "referral",
        "井上医院",
        "03-1234-5678",
        120_000_000,
        "",
    )
    spoken = SpokenConsent.objects.get()
    assert spoken.spoken_at == clock.now().replace(hour=9, minute=55)
    assert Consent.objects.get().given_at == clock.now()
    assert not OutboxMessage.objects.exists()  # no address, no mail
    assert "電話で。文を読み上げ、" in text_of(operator.get(page(taken.number)))
    assert form.send(operator, **BY_TELEPHONE).status_code == 302
    assert Consultation.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"consent": ""}, "consent"),
        ({"spoken_at": "10:30"}, "spoken_at"),
        ({"spoken_at": "25:00"}, "spoken_at"),
        ({"firm": ""}, "firm"),
        ({"name": " "}, "name"),
        ({"telephone": "0"}, "telephone"),
        ({"industry": "x"}, "industry"),
        ({"consent_digest": "0" * 64}, "consent"),
    ],
)
def test_without_a_yes_or_who_it_was_nothing_is_taken_in(operator: Client, given: dict[str, str], field: str) -> None:
    form = form_on(operator, "/desk/referrals/new/")
    sent = {name: value for name, value in (BY_TELEPHONE | given).items() if value}
    for name in set(form.controls) & set(BY_TELEPHONE) - set(sent):
        del form.controls[name]
    answer = form.send(operator, **sent)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Consultation.objects.exists()


def test_a_withdrawal_by_telephone_is_asked_once_more_and_then_counts(operator: Client) -> None:
    consultation = on_its_way("passed")
    address = page(consultation.number, "withdraw/")
    assert "すぐに代理店へ伝えます" in text_of(operator.get(address))
    assert not ConsentWithdrawal.objects.exists()
    assert [operator.post(address).status_code for _ in range(2)] == [302, 200]
    assert ConsentWithdrawal.objects.count() == 1
    shown = text_of(operator.get(page(consultation.number)))
    assert "同意取消し・削除待ち" in shown
    assert "取消しを電話で受け、書きとめた人" in shown


def test_the_persons_own_page_withdraws_after_passing_too(operator: Client) -> None:
    consultation = on_its_way("passed")
    Client().post(f"/consultation/{consultation.token}/withdraw/")
    assert OutboxMessage.objects.filter(key=f"referral-to-delete:{consultation.number}").count() == 1
    assert REFERRAL.email in OutboxMessage.objects.get(key__startswith="consent-withdrawn:").recipient


def test_a_list_is_narrowed_and_a_strange_filter_shows_what_is_open(operator: Client) -> None:
    waiting, concluded = on_its_way("waiting").number, on_its_way("concluded").number
    for query, there, absent in (
        ("", waiting, concluded),
        ("?show=answered", concluded, waiting),
        ("?show=%00&before=x", waiting, concluded),
    ):
        shown = text_of(operator.get(f"/desk/referrals/{query}"))
        assert there in shown
        assert absent not in shown


def test_the_persons_own_page_says_what_was_passed_and_what_becomes_of_it(programme: object) -> None:
    consultation = on_its_way("passed")
    address = f"/consultation/{consultation.token}/"
    assert "渡した日時" in text_of(Client().get(address))
    withdraw(consultation)
    assert "すでに渡した内容は、使うのをやめて削除するよう伝えました" in text_of(Client().get(address))
