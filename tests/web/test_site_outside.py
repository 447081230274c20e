"""Outside the programme (F19, F20): the reason in plain words, what to say, what happens next; never a dead end."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from sonae.apps.programmes.models import Programme

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
    assert client.post("/outside/", {}).status_code == 405
    assert 'method="post"' not in response.content.decode()


def test_before_anything_is_published_the_page_stands(client: Client) -> None:
    assert "ただいま準備中です" in ask(client)
