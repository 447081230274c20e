"""The calculator: all plans at once, at an address that can be shared; what is wrong stands beside the field."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from html import unescape

import pytest
from django.test import Client

from sonae.apps.programmes.models import Programme
from sonae.domain.calendar import JAPAN
from tests import clock

pytestmark = pytest.mark.django_db

TARIFF = [  # industry, sales in yen, plan, start → annual, term, shown a month (the tariff's worked examples)
    ("other_services", 5_000_000, "P100", "2026-12-01", 64_940, 64_940, 5_412),
    ("other_services", 5_000_001, "P100", "2026-12-01", 72_080, 72_080, 6_007),
    ("construction", 30_000_000, "P100", "2026-12-01", 64_940, 64_940, 5_412),
    ("professional", 48_000_000, "P300", "2027-03-01", 192_840, 144_630, 16_070),
    ("information", 99_999_999, "P500", "2027-11-01", 343_290, 28_610, 28_608),
]


def ask(client: Client, *, address: str = "/premium/", **typed: str) -> str:
    response = client.get(address, typed)
    assert response.status_code == 200
    return unescape(response.content.decode())


def card(html: str, plan: str) -> str:
    """The card of one plan."""
    begin = html.index(f'id="plan-{plan}"')
    return html[begin : html.index("</article>", begin)]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


@pytest.mark.parametrize(("industry", "sales", "plan", "start", "annual", "term", "monthly"), TARIFF)
def test_the_page_and_the_api_say_the_same_for_every_worked_example(
    client: Client,
    programme: Programme,
    industry: str,
    sales: int,
    plan: str,
    start: str,
    annual: int,
    term: int,
    monthly: int,
) -> None:
    facts = {"industry": industry, "annual_sales": sales, "start_on": start}
    plans = client.post("/api/v1/quotes", json.dumps(facts), content_type="application/json").json()["plans"]
    one = next(entry for entry in plans if entry["code"] == plan)
    assert (one["annual_premium"], one["term_premium"], one["monthly_equivalent"]) == (annual, term, monthly)
    shown = words(card(ask(client, industry=industry, sales=f"{sales}円", start=start), plan))
    assert f"{term:,}円年間 {annual:,}円（月あたり {monthly:,}円）" in shown
    english = words(card(ask(client, address="/en/premium/", industry=industry, sales=f"{sales}円", start=start), plan))
    assert f"¥{term:,}¥{annual:,} a year (¥{monthly:,} a month)" in english


@pytest.mark.parametrize(
    "typed",
    ["4800", "４，８００", "4,800万", "４８００万円", "48,000,000円", "0.48億", " 4 800 ", "四千八百万円", "4千8百万"],
)
def test_sales_are_read_as_people_write_them_and_echoed(client: Client, programme: Programme, typed: str) -> None:
    html = ask(client, industry="professional", sales=typed, start="2027-03-01")
    assert "＝ 48,000,000円（4,800万円）" in words(html)
    assert "144,630円" in words(card(html, "P300"))


def test_the_steps_of_every_plan_stand_open(client: Client, programme: Programme) -> None:
    html = ask(client, industry="professional", sales="4800", start="2027-03-01")
    for plan, exact in (("P100", "119,035.02円"), ("P300", "192,836.7324円"), ("P500", "216,643.7364円")):
        steps = card(html, plan)
        assert "<details" in steps
        assert " open>" in steps
        for figure in ("64,940円", "× 1.30", "× 1.41", exact, "× 9／12"):
            assert figure in steps


def test_the_floor_is_shown_where_it_counts(client: Client, programme: Programme) -> None:
    html = ask(client, industry="construction", sales="3000", start="2026-12-01")
    assert "58,699.266円" in card(html, "P100")
    assert "rule-applied" in card(html, "P100")
    assert "rule-applied" not in card(ask(client, industry="retail", sales="3000", start="2027-03-01"), "P100")


def test_the_free_cover_stands_beside_the_plans_with_what_it_leaves_out(client: Client, programme: Programme) -> None:
    html = ask(client, industry="retail", sales="500")
    free = words(html[html.index("quote-card free") : html.index("</article>")])
    for said in ("0円", "お申込みは要りません", "50万円", "自社の費用の限度額なし", "緊急ホットラインなし"):
        assert said in free


def test_it_is_a_plain_form_without_javascript(client: Client, programme: Programme) -> None:
    html = ask(client)
    form = html[html.index('aria-label="計算の条件"') - 200 : html.index("</form>")]
    assert 'method="get" action="/premium/"' in form
    assert re.findall(r'name="(\w+)"', form) == ["industry", "sales", "start"]
    assert '<button class="button primary" type="submit">' in form
    assert "<article" not in html


def test_starts_are_those_that_can_still_be_had_with_their_deadline(client: Client, programme: Programme) -> None:
    html = ask(client)
    offered = re.findall(r'<option value="(\d{4}-\d\d-\d\d)"', html)
    assert offered == [date(2027, month, 1).isoformat() for month in range(1, 12)]
    assert "2027年1月1日 午後4時" in html
    assert "お申込みは2026年12月20日まで。" in html


def test_a_shared_address_whose_start_has_passed_says_so_and_leads_on(client: Client, programme: Programme) -> None:
    html = ask(client, industry="other_services", sales="500", start="2026-12-01")
    assert "64,940円" in card(html, "P100")
    assert "この日から始めるお申込みは、締め切りました" in html
    assert "/premium/?industry=other_services&sales=500&start=2027-01-01" in html
    assert "/apply/?" not in html
    assert 'method="post"' not in html


def test_what_is_wrong_stands_beside_its_field_and_everything_typed_is_kept(
    client: Client, programme: Programme
) -> None:
    html = ask(client, industry="", sales='たくさん"><svg/onload=alert(1)>', start="2031-01-01")
    raw = client.get("/premium/", {"industry": "", "sales": '"><svg/onload=alert(1)>'}).content.decode()
    assert "<svg/onload" not in raw
    assert "3か所をご確認ください" in html
    assert "業種を選んでください。" in html
    assert "金額として読めません" in html
    assert "一覧から、補償を始める日を選んでください。" in html
    assert 'value="たくさん' in html
    assert html.count('aria-invalid="true"') == 3
    for field in ("industry", "sales", "start"):
        assert f'href="#id_{field}"' in html


def test_a_business_outside_hears_why_and_keeps_what_it_typed(client: Client, programme: Programme) -> None:
    html = ask(client, industry="medical", sales="１億")
    assert "医療機関の方は、この制度の有料プランの対象外です。" in html
    assert "申告売上高が1億円以上の会社は" in html
    assert "/outside/?industry=medical&sales=%EF%BC%91%E5%84%84" in html
    assert 'id="plan-P100"' not in html


def test_each_plan_leads_to_the_application_with_the_facts(client: Client, programme: Programme) -> None:
    html = ask(client, industry="professional", sales="４，８００", start="2027-03-01")
    assert 'href="/apply/?industry=professional&sales=%EF%BC%94%EF%BC%8C%EF%BC%98%EF%BC%90%EF%BC%90&plan=P300"' in html
    english = ask(client, address="/en/premium/", industry="professional", sales="4800")
    assert 'href="/en/apply/?industry=professional&sales=4800&plan=P500"' in english


def test_a_changed_industry_factor_is_explained(client: Client, programme: Programme) -> None:
    html = ask(client, industry="manufacturing", sales="500", start="2027-03-01")
    assert "製造業は× 0.75から× 0.90へ改定しています" in words(html)
    assert "改定しています" not in ask(client, industry="retail", sales="500", start="2027-03-01")


def test_a_part_of_the_page_is_enough_for_htmx(client: Client, programme: Programme) -> None:
    typed = {"industry": "retail", "sales": "500"}
    part = client.get("/premium/", typed, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert '<p data-hx-swap-oob="innerHTML:#calculator-status">' in part.content.decode()
    assert "HX-Request" in part.headers["Vary"]
    restored = client.get("/premium/", typed, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


def test_a_closed_programme_says_so_and_whom_to_call(client: Client, programme: Programme) -> None:
    with clock.at(datetime(2027, 11, 25, 10, tzinfo=JAPAN)):
        html = ask(client, industry="retail", sales="500")
    assert "ただいま、お申込みを受け付けていません" in html
    assert "0120-008588" in html


def test_before_anything_is_published_the_page_stands(client: Client) -> None:
    assert "ただいま、お申込みを受け付けていません" in ask(client)


@pytest.mark.parametrize(
    "typed",
    [
        "\x00x",
        "9" * 300,
        "1" * 5000,
        "９" * 59,
        "-1",
        "10兆1円",
        "1e9",
        "∞",
        "0x10",
        "٣",
        "=1+1",
        "\u202e48",
        "１．５円",
        "億",
        "万万",
    ],
)
@pytest.mark.parametrize("field", ["industry", "sales", "start"])
def test_no_input_breaks_the_page(client: Client, programme: Programme, field: str, typed: str) -> None:
    facts = {"industry": "retail", "sales": "500", "start": "2027-03-01", field: typed}
    html = ask(client, **facts)
    assert "error-summary" in html
    assert client.post("/premium/", facts).status_code == 422


def test_bytes_that_are_no_text_and_repeated_answers_are_dealt_with(client: Client, programme: Programme) -> None:
    assert client.get("/premium/?industry=%ff%fe&sales=%ed%a0%80").status_code == 200
    html = unescape(client.get("/premium/?industry=medical&industry=retail&sales=1&sales=500").content.decode())
    assert "小売業、売上500万円の保険料" in html


def test_the_warm_page_takes_at_most_four_queries(
    client: Client, programme: Programme, django_assert_max_num_queries: object
) -> None:
    ask(client, industry="retail", sales="500")
    with django_assert_max_num_queries(4):  # type: ignore[operator]  # pytest-django's fixture
        ask(client, industry="retail", sales="500")
