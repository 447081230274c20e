"""Cover and limits: every figure is the product's, every cost line is explained, and what is not paid is said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import Client

from sonae.apps.programmes.models import Programme
from sonae.domain.calendar import JAPAN
from sonae.domain.money import yen_in_words
from sonae.domain.product.definition import Product
from sonae.web.site import cover
from tests import clock
from tests.domain.versions import product

pytestmark = pytest.mark.django_db
PICTURES = Path(cover.__file__).parents[1] / "shared" / "templates" / "shared" / "pictures"


def page(client: Client, address: str = "/cover/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    html = unescape(response.content.decode())
    return html[html.index("<main") : html.index("</main>")]


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)))


def section(html: str, name: str) -> str:
    start = html.index(f'aria-labelledby="{name}"')
    return html[start : html.index("</section>", start)]


def cells_of(html: str) -> list[list[str]]:
    """The table cells of each row, its heading left out."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)
    cells = [[words_of(cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in rows]
    return [row for row in cells if row]


@pytest.mark.parametrize(("address", "language"), [("/cover/", "ja"), ("/en/cover/", "en")])
def test_every_cost_line_is_explained_with_examples_and_a_drawing(
    client: Client, programme: Programme, address: str, language: str
) -> None:
    html = page(client, address)
    for name, limit in (("liability", "liability"), ("own-cost", "cost")):
        shown = section(html, name)
        lines = product().cost_lines_of(limit)  # type: ignore[arg-type]  # both limits there are
        assert shown.count('class="cost-line has-fold"') == shown.count("<svg viewBox") == len(lines)
        for line in lines:
            for text in (line.name, line.explanation, line.example, *line.more_examples):
                assert text.in_language(language) in words_of(shown)


def test_which_lines_the_free_cover_has_is_marked_on_each(client: Client, programme: Programme) -> None:
    html = page(client)
    rows = re.findall(
        r'<li class="cost-line has-fold">.*?</li>', section(html, "liability") + section(html, "own-cost"), re.DOTALL
    )
    in_free = [re.search(r"<h3>(.*?)</h3>", row)[1] for row in rows if "無料補償：対象 " in words_of(row)]  # type: ignore[index]
    assert in_free == ["法律上の損害賠償金", "争訟費用"]


@pytest.mark.parametrize(("address", "language"), [("/cover/", "ja"), ("/en/cover/", "en")])
def test_what_is_not_paid_is_said_with_what_there_is_instead(
    client: Client, programme: Programme, address: str, language: str
) -> None:
    shown = words_of(section(page(client, address), "not-covered"))
    assert [thing.code for thing in product().not_covered] == ["own_interruption", "ransom", "stolen_money"]
    for thing in product().not_covered:
        for text in (thing.name, thing.explanation, thing.instead):
            assert text.in_language(language) in shown


def test_the_exclusions_are_those_of_the_text_before_consent(client: Client, programme: Programme) -> None:
    shown = section(page(client), "not-covered")
    exclusions = product().wording_document("points_to_note").find_section("exclusions")
    assert exclusions is not None
    assert re.findall(r"<li>(.*?)</li>", shown[shown.index('class="crossed"') :]) == [
        one.ja for one in exclusions.points
    ]


def test_the_worked_example_is_computed_from_the_scenarios(client: Client, programme: Programme) -> None:
    shown = section(page(client), "limits")
    assert "1億円プランで、ひとつの保険期間に事故が3件起きたら" in shown
    assert "合わせて6,500万円のうち、6,000万円が支払われ、500万円が自社の負担になります。" in shown
    assert cells_of(shown) == [
        ["自社の費用", "1,000万円", "1,000万円", "0円", "0円"],
        ["自社の費用", "500万円", "0円", "500万円", "0円"],
        ["賠償", "5,000万円", "5,000万円", "0円", "5,000万円"],
        ["50万円", "6,450万円"],
        ["6,000万円", "500万円"],
        ["6,500万円", "0円"],
        ["6,500万円", "0円"],
    ]
    names = re.findall(r'scope="row">([^<]*)', shown)
    assert names == [
        "データの復旧",
        "お詫び状の送付",
        "損害賠償",
        "無料補償",
        "1億円プラン",
        "3億円プラン",
        "5億円プラン",
    ]
    for scenario in product().scenarios:
        assert scenario.story.ja in shown


def test_the_picture_shows_what_runs_over(client: Client, programme: Programme) -> None:
    shown = section(page(client), "limits")
    assert "賠償の限度額。限度額1億円。支払われる額5,000万円。自社の負担なし" in shown
    assert "自社の費用の限度額。限度額1,000万円。支払われる額1,000万円。自社の負担500万円" in shown
    assert shown.count('class="bar-unpaid-edge"') == 1


def test_what_is_not_published_is_called_an_illustration(client: Client, programme: Programme) -> None:
    shown = words_of(section(page(client), "limits"))
    assert "この説明は例示です" in shown
    assert (
        "費用の種類ごとの上限、支払いの割合、免責金額（保険金から差し引かれる自己負担額）、事故一回ごとの扱いは公表されていません。"
        in shown
    )
    assert "株式会社NTTRiskManagerまたは東京海上日動火災保険株式会社" in shown


def test_every_sum_on_the_page_comes_out_of_the_product(client: Client, programme: Programme) -> None:
    limits = [limit for plan in product().plans for limit in (plan.liability_limit, plan.cost_limit)]
    costs = [scenario.cost_yen for scenario in product().scenarios]
    worked_out = [65_000_000, 60_000_000, 64_500_000, 15_000_000]
    allowed = {yen_in_words(value).ja for value in [*limits, *costs, *worked_out, 500_000, product().sales_limit or 0]}
    shown = set(re.findall(r"[\d,億万]*[\d億万]円(?!プラン)", words_of(page(client))))
    assert len(shown) > 8
    assert shown <= allowed | {"0円"}


def test_the_contents_lead_to_every_part(client: Client, programme: Programme) -> None:
    html = page(client)
    contents = html[html.index('class="contents"') : html.index("</nav>", html.index('class="contents"'))]
    targets = re.findall(r'href="#([^"]+)"', contents)
    assert len(targets) == 9
    assert all(html.count(f'id="{target}"') == 1 for target in targets)


def test_insurance_terms_are_explained_where_they_first_stand(client: Client, programme: Programme) -> None:
    explained = re.findall(r"<dfn>(.*?)</dfn>", page(client))
    assert {"保険金", "支払限度額", "保険期間", "満期", "免責金額", "団体契約", "約款", "告知"} <= set(explained)
    assert len(explained) == len(set(explained))


def test_the_term_shown_is_the_one_that_an_application_of_today_gets(client: Client, programme: Programme) -> None:
    assert "いまお申込みいただくと、2027年1月1日から2027年12月1日までの補償です。" in words_of(page(client))
    with clock.at(datetime(2027, 11, 25, 10, tzinfo=JAPAN)):
        assert "例：2026年12月1日から2027年12月1日までの補償" in words_of(page(client))


def test_the_services_say_that_the_free_cover_has_none(client: Client, programme: Programme) -> None:
    shown = words_of(section(page(client), "services"))
    assert shown.count("無料補償：なし 有料プラン：あり") == 2
    assert shown.count("サービスは変更または終了することがあります。") == 2


def test_the_page_ends_with_what_comes_next(client: Client, programme: Programme) -> None:
    shown = section(page(client), "next")
    ways = re.findall(r'href="([^"]+)"', shown)
    assert ways == ["/premium/", "/apply/", "/questions/", "/papers/important-matters.pdf", "tel:0120008588"]
    assert page(client).count("button primary") == 1


def test_english_says_the_same(client: Client, programme: Programme) -> None:
    english = words_of(page(client, "/en/cover/"))
    assert not re.search(r"[ぁ-んァ-ン一-龥]", english)
    assert "Of 65 million yen in all, 60 million yen is paid and 5 million yen is left to you." in english


def test_a_version_that_explains_less_still_has_its_page(
    client: Client, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sonae.web.shared.context import Programme as Shown

    notes = product().wording_document("points_to_note")
    uncoded = replace(notes, sections=tuple(replace(one, code="") for one in notes.sections))
    wording = tuple(uncoded if one.code == notes.code else one for one in product().wording)
    bare: Product = replace(product(), not_covered=(), scenarios=(), answered=(), wording=wording)
    monkeypatch.setattr(Shown, "current_product", bare)
    html = page(client)
    assert "worked-example" not in html
    assert "crossed" not in html
    assert client.get("/questions/").status_code == 200
    assert client.get("/questions/how-to-pay/").status_code == 404


def test_before_anything_is_published_the_page_says_so(client: Client) -> None:
    for address in ("/cover/", "/questions/", "/questions/how-to-pay/"):
        assert "ただいま準備中です" in words_of(page(client, address))


def test_every_drawing_that_the_page_may_name_is_there() -> None:
    for name in cover.PICTURES.values():
        assert get_template(f"shared/pictures/{name}.svg").render().startswith("<svg viewBox")
    coded = {line.code for line in product().cost_lines} | {one.code for one in product().not_covered}
    assert coded | {service.code for service in product().services} == set(cover.PICTURES)
