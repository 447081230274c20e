"""Outside the programme (F19, F20): the reason in plain words, what to say, what happens next; never a dead end."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from sonae.apps.contact.models import Consent, ConsentWithdrawal, Consultation
from sonae.apps.contact.queries import may_be_passed
from sonae.apps.contact.shown_texts import consent_text, shown_digest
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.programmes.models import Programme
from tests import clock
from tests.domain.versions import product
from tests.web.contact_window import REFERRAL, Asker, received_page

pytestmark = pytest.mark.django_db

REASONS = {
    "SALES": ({"industry": "retail", "sales": "1億"}, "申告売上高が1億円以上の会社は", "100 million yen or more"),
    "MEDICAL": ({"industry": "medical", "sales": "500"}, "医療機関の方は", "medical institutions"),
    "BANK": (
        {"industry": "bank", "sales": "500"},
        "都市銀行・地方銀行・信託銀行・政府系銀行の方は",
        "trust and government",
    ),
    "OTHER_FINANCIAL": ({"industry": "other_financial", "sales": "500"}, "第二地方銀行を含みます", "second-tier"),
}


def ask(client: Client, address: str = "/outside/", **typed: str) -> str:
    response = client.get(address, typed)
    assert response.status_code == 200
    return unescape(response.content.decode())


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_said_in_plain_words_with_the_way_on(client: Client, programme: Programme, code: str) -> None:
    facts, japanese, english = REASONS[code]
    html = ask(client, **facts)
    assert japanese in html
    assert english in ask(client, "/en/outside/", **facts)
    for said in (
        "tel:0120008588",
        "平日 午前9時から午後5時まで",
        "東京海上日動火災保険株式会社",
        "株式会社NTTRiskManager",
    ):
        assert said in html
    assert "同意がなければ、何も伝えません。" in html


def test_what_was_typed_is_there_to_be_read_out_and_to_be_changed(client: Client, programme: Programme) -> None:
    html = ask(client, industry="medical", sales="１億２，０００万", start="2027-03-01")
    box = html[html.index('id="say-this"') : html.index("</section>", html.index('id="say-this"'))]
    assert "医療機関" in box
    assert "120,000,000円（1億2,000万円）" in box
    assert "0120-008588" in box
    assert "まだだれにも送られていません" in box
    assert "/premium/?industry=medical&sales=%EF%BC%91%E5%84%84" in box
    assert "&start=2027-03-01" in box


def test_half_of_the_facts_is_enough_for_a_reason(client: Client, programme: Programme) -> None:
    assert "医療機関の方は、この制度の有料プランの対象外です。" in ask(client, industry="medical")
    assert 'id="reason">対象とならない理由' in ask(client, sales="2億")


def test_without_facts_it_names_everybody_who_is_outside(client: Client, programme: Programme) -> None:
    html = ask(client)
    for _, japanese, _ in REASONS.values():
        assert japanese in html
    assert "対象とならない理由" not in html


def test_a_business_that_is_welcome_is_sent_back_to_the_calculator(client: Client, programme: Programme) -> None:
    html = ask(client, industry="retail", sales="500")
    assert "いまの内容なら、有料プランをお選びいただけます" in html
    assert "/premium/?industry=retail&sales=500" in html


@pytest.mark.parametrize(
    "typed", ["\x00", "9" * 3000, '"><script>alert(1)</script>', "たくさん", "\u202e1", "-5", "10京"]
)
def test_nothing_that_is_carried_over_breaks_it(client: Client, programme: Programme, typed: str) -> None:
    for field in ("industry", "sales", "start"):
        html = client.get("/outside/", {field: typed}).content.decode()
        assert "0120-008588" in html
        assert "<script>alert" not in html


def test_nobody_is_told_anything_by_looking(client: Client, programme: Programme) -> None:
    response = client.get("/outside/", {"industry": "medical", "sales": "500"})
    assert response.headers["Cache-Control"] == "no-store"
    assert client.post("/outside/", {}).status_code == 422
    assert (Consultation.objects.count(), OutboxMessage.objects.count()) == (0, 0)


def test_before_anything_is_published_the_page_stands(client: Client) -> None:
    assert "ただいま準備中です" in ask(client)


# --- Asking for a call ------------------------------------------------------------------------------------------------


def test_the_form_begins_with_what_the_calculator_was_told(client: Client, programme: Programme) -> None:
    html = ask(client, industry="medical", sales="１億２，０００万")
    form = html[html.index('id="ask"') :]
    assert '<option value="medical" selected>' in form
    assert 'value="１億２，０００万"' in form


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_who_receives_what_and_what_for_stands_before_the_tick(programme: Programme, prefix: str) -> None:
    language, referral = prefix.strip("/") or "ja", product().consultation.referral
    html = ask(Client(), f"{prefix}/outside/")
    before, _, after = html.partition('id="id_consent"')
    for one in referral.items:
        assert one.item.in_language(language) in before
        assert one.purpose.in_language(language) in before
    assert before.count(product().party("agency").name.in_language(language)) > len(referral.items)
    assert referral.withdrawal.in_language(language) in after
    assert " checked" not in html[html.index('id="ask"') :]


def test_asking_for_a_call_keeps_facts_and_consent_and_gives_a_number(programme: Programme) -> None:
    asker = Asker()
    html = unescape(asker.page_of(asker.refer(message="補償の内容を知りたい")))
    found = Consultation.objects.get()
    assert (found.kind, found.industry, found.annual_sales) == ("referral", "medical", 120_000_000)
    assert (found.kana, found.preferred_time) == ("イノウエ　ケン", "morning")
    assert found.consent.text == consent_text(product(), "ja")
    assert may_be_passed(found, clock.now())
    for said in (
        found.number,
        "医療機関",
        "120,000,000円",
        "井上医院",
        "補償の内容を知りたい",
        "株式会社NTTRiskManager",
    ):
        assert said in html
    assert "11月25日（水）午後5時" in html


def test_without_the_tick_nothing_is_kept_and_the_telephone_is_the_way(programme: Programme) -> None:
    answer = Asker().refer(consent="")
    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "同意されないときは、お電話（0120-008588）でご案内します。" in html
    assert 'value="井上医院"' in html
    assert "医療機関の方は、この制度の有料プランの対象外です。" in html
    assert not Consultation.objects.exists()


@pytest.mark.parametrize("digest", ["", "0" * 64, "x" * 50_000, "\x00"])
def test_a_tick_under_other_words_is_none_and_has_to_be_set_again(programme: Programme, digest: str) -> None:
    asker = Asker()
    answer = asker.refer(consent_digest=digest)
    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f'name="consent_digest" value="{shown_digest(consent_text(product(), "ja"))}"' in html
    assert " checked" not in html[html.index('id="ask"') :]
    assert not Consultation.objects.exists()
    assert asker.refer().status_code == 302


def test_other_words_are_told_even_where_something_else_is_wrong_too(programme: Programme) -> None:
    """Otherwise the tick of the old words would go out with the new ones at the next try."""
    html = unescape(Asker().refer(consent_digest="0" * 64, name="").content.decode())
    assert "文面が変わりました" in html
    assert " checked" not in html[html.index('id="ask"') :]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"industry": ""}, "industry"),
        ({"industry": "pirates"}, "industry"),
        ({"sales": ""}, "sales"),
        ({"sales": "たくさん"}, "sales"),
        ({"firm": ""}, "firm"),
        ({"telephone": ""}, "telephone"),
        ({"name": ""}, "name"),
        ({"email": ""}, "email"),
    ],
)
def test_what_is_missing_is_said_and_the_reason_stays(programme: Programme, given: dict[str, str], field: str) -> None:
    answer = Asker().refer(**given)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert "0120-008588" in answer.content.decode()


def test_a_business_for_whom_the_plans_are_open_may_ask_as_well(programme: Programme) -> None:
    """Somebody who is no member has no other way: never a dead end."""
    assert Asker().refer(industry="retail", sales="500").status_code == 302


def test_a_referral_that_is_sent_twice_counts_once(programme: Programme) -> None:
    asker = Asker()
    form = asker.form("/outside/")
    answers = [form.send(asker.browser, **REFERRAL) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert (Consultation.objects.count(), Consent.objects.count()) == (1, 1)


# --- Taking it back ---------------------------------------------------------------------------------------------------


def test_consent_is_withdrawn_with_one_confirmed_press(programme: Programme) -> None:
    address = received_page("referral")
    found, browser = Consultation.objects.get(), Client()
    assert f'href="{address}withdraw/"' in browser.get(address).content.decode()
    question = browser.get(f"{address}withdraw/")
    assert "同意を取り消しますか" in question.content.decode()
    assert may_be_passed(found, clock.now())  # looking changes nothing
    answer = browser.post(f"{address}withdraw/")
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert not may_be_passed(found, clock.now())
    html = browser.get(address).content.decode()
    assert "同意は取り消されています" in html
    assert "これから何も渡しません" in html
    assert f'href="{address}withdraw/"' not in html
    assert "お電話する予定です" not in html


def test_withdrawing_again_leads_back_and_changes_nothing(programme: Programme) -> None:
    address = received_page("referral")
    answers = [
        Client().post(f"{address}withdraw/"),
        Client().get(f"{address}withdraw/"),
        Client().post(f"{address}withdraw/"),
    ]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, address)] * 3
    assert ConsentWithdrawal.objects.count() == 1
