"""The first page: every figure is the product's, every question is answered, and the ways on are one step away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client

from sonae.apps.programmes.models import Programme
from sonae.apps.programmes.queries import current_product, published_versions
from sonae.domain.calendar import JAPAN
from sonae.domain.money import yen_in_words
from sonae.domain.rating import rate
from sonae.domain.risk import Risk
from sonae.web.shared.context import Programme as Shown
from sonae.web.shared.kept_pages import KEPT
from tests import clock

pytestmark = pytest.mark.django_db


def page(client: Client, address: str = "/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def text_of(html: str) -> str:
    """What a person reads: no tags, one space where there was white space."""
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<(svg).*?</\1>", "", main, flags=re.DOTALL)))


def test_the_published_premium_stands_with_all_its_conditions(client: Client, programme: Programme) -> None:
    words = text_of(page(client))
    assert "年 64,940円 から" in words
    assert "月あたり5,412円。お支払いは年払一括のみ" in words
    assert "（1億円プラン、その他サービス業等、申告売上高500万円以下）" in words


def test_every_sum_on_the_page_comes_out_of_the_product(client: Client, programme: Programme) -> None:
    product = current_product(clock.now().astimezone(JAPAN).date(), published_versions())
    assert product is not None
    premiums = rate(
        product, Risk("other_services", 5_000_000), product.effective_date, product.effective_date.replace(year=2027)
    )
    allowed = {f"{value:,}円" for one in premiums for value in (one.annual_premium, one.monthly_equivalent)}
    allowed |= {"0円", "48,710円"}  # the free cover; nine months of the published premium
    allowed |= {
        "6,500万円",
        "6,000万円",
        "6,450万円",
    }  # the scenarios together; what the first plan pays, what the free cover leaves
    limits = [plan.liability_limit for plan in product.plans] + [plan.cost_limit for plan in product.plans]
    allowed |= {yen_in_words(value).ja for value in [*limits, 500_000, 5_000_000, 100_000_000, 10_000_000]}
    shown = set(re.findall(r"[\d,億万]*[\d億万]円(?!プラン)", text_of(page(client))))
    assert shown
    assert shown <= allowed


@pytest.mark.parametrize("anchor", ["cover", "services", "members", "questions", "papers"])
def test_the_places_that_other_pages_lead_to_are_there(client: Client, programme: Programme, anchor: str) -> None:
    assert page(client).count(f'id="{anchor}"') == 1


def test_the_ways_on_are_one_step_away(client: Client, programme: Programme) -> None:
    html = page(client)
    doors = html[html.index('class="doors"') : html.index("</ul>", html.index('class="doors"'))]
    ways = ["/premium/", "/apply/", "/consultation/", "/documents/", "/cover/", "/questions/"]
    assert re.findall(r'href="([^"]+)"', doors) == ways
    assert "0120-008588" in doors
    assert "平日 午前9時から午後5時まで" in doors


def test_all_eight_questions_are_answered_in_both_languages(client: Client, programme: Programme) -> None:
    japanese, english = page(client), page(client, "/en/")
    for html in (japanese, english):
        assert html[html.index('id="questions"') :].count("<summary>") == 8
    assert "無料補償は、予告なく終わることがあります。" in text_of(japanese)
    for brand in ("VISA", "Mastercard", "JCB", "American Express", "Diners Club"):
        assert brand in text_of(english)
    assert "Please ask your tax adviser" in text_of(english)
    assert not re.search(r"[ぁ-んァ-ヶ]", re.sub(r"備え", "", text_of(english)))


def test_the_three_objections_are_answered(client: Client, programme: Programme) -> None:
    for address, speakers, stone in (
        ("/", ("製造業　社長", "建設業　社長", "サービス業　社長"), "取引先へ入るための踏み台"),
        (
            "/en/",
            ("President of a manufacturer", "President of a builder", "President of a service firm"),
            "stepping stone",
        ),
    ):
        html = page(client, address)
        part = html[html.index('id="objections"') : html.index("</section>", html.index('id="objections"'))]
        assert part.count("<blockquote>") == 3
        for said in (*speakers, stone, "2022", "2023"):
            assert said in part


def test_the_record_year_is_said_to_have_been_a_record_when_published(client: Client, programme: Programme) -> None:
    assert "2022年の情報漏えい・紛失事故は、公表された時点で過去最多でした" in text_of(page(client))


def test_a_closed_programme_still_has_its_page(client: Client, programme: Programme) -> None:
    with clock.at(datetime(2027, 11, 25, 10, tzinfo=JAPAN)):
        assert "いまは受け付けていません" in text_of(page(client))


def test_a_version_without_scenarios_still_has_its_page(
    client: Client, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'aria-labelledby="scenarios"' in page(client)
    bare = tuple(replace(one, product=replace(one.product, scenarios=())) for one in published_versions())
    monkeypatch.setattr(Shown, "versions", bare)
    KEPT.forget()
    assert 'aria-labelledby="scenarios"' not in page(client)


def test_before_anything_is_published_the_page_says_so(client: Client) -> None:
    assert "ただいま準備中です" in text_of(page(client))


def test_the_important_matters_can_be_taken_along_without_registering(client: Client, programme: Programme) -> None:
    response = client.get("/papers/important-matters.pdf")
    assert response.content.startswith(b"%PDF-")
    assert response.headers["Content-Type"] == "application/pdf"
    assert "attachment" in response.headers["Content-Disposition"]
    assert "filename*=utf-8''%E9%87%8D" in response.headers["Content-Disposition"]
    assert client.get("/en/papers/important-matters.pdf").content != response.content


def test_search_engines_are_kept_out_of_the_member_s_own_pages(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /portal/" in answer.content.decode()


def test_two_queries_draw_the_page(client: Client, programme: Programme, django_assert_max_num_queries: object) -> None:
    page(client)
    with django_assert_max_num_queries(3):  # type: ignore[operator]  # pytest-django's fixture
        page(client)
