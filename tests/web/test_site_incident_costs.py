"""What would it cost us? The sentence, the plans and the lines say what the domain says; what is wrong stands at its field."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from sonae.apps.programmes.models import Programme
from sonae.domain.drawing_on_limits import Loss, covers_of, draw, in_product_order
from sonae.domain.incident_costs.lines import loss_lines
from sonae.domain.money import format_yen, yen_in_words
from sonae.domain.text import Text
from sonae.web.shared.context import Programme as Shown
from sonae.web.site.incident_answer import answer_incident
from sonae.web.site.incident_vessels import limit_picture, round_scale
from tests.domain.loss_facts import first_sizes, shipped
from tests.domain.losses import losses
from tests.domain.versions import product

pytestmark = pytest.mark.django_db
PAGE = "/incident-costs/"
EXAMPLES = f"{PAGE}?example=data_lost&example=contractor_leak&example=claims"
INCIDENTS = [incident.code for incident in shipped().incidents]


def see(client: Client, address: str, **typed: str) -> str:
    response = client.get(address, typed or None)
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\u2060", "")


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def heading(html: str) -> str:
    found = re.search(r'<h2 id="answer">(.*?)</h2>', html)
    return found[1] if found else ""


def rows(html: str, table: str) -> list[list[str]]:
    """The cells of each row of the table with that class, as a reader sees them."""
    begin = html.index(f"{table}")
    body = html[html.index("<tbody", begin) : html.index("</tbody>", begin)]
    return [
        [words(cell).strip() for cell in re.findall(r"<(?:td|th)\b[^>]*>(.*?)</(?:td|th)>", row, re.S)]
        for row in re.findall(r"<tr\b.*?</tr>", body, re.S)
    ]


def said(yen: int, language: str) -> str:
    return yen_in_words(yen).in_language(language) if yen else format_yen(0, language)


def test_nothing_is_answered_before_an_incident_is_chosen(client: Client, programme: Programme) -> None:
    html = see(client, PAGE)
    assert heading(html) == ""
    assert re.findall(r'name="incident" id="\w+" value="(\w+)"', html) == INCIDENTS
    assert 'class="error-summary"' not in html
    assert 'name="people"' not in html
    assert '<button class="button primary" type="submit">いくらかかるか見る</button>' in html


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (EXAMPLES, "合わせて6,500万円。1億円プランなら500万円が自社に残ります"),
        (f"/en{EXAMPLES}", "65 million yen in all. With the 100 Million Yen Plan, 5 million yen stays with you"),
        (f"{PAGE}?incident=misdirected_mail", "多ければ、合わせて約246万円。1億円プランの限度額に収まります"),
        (
            f"{PAGE}?incident=ransomware",
            "多ければ、合わせて約4,700万円。1億円プランなら約3,700万円が自社に残ります",
        ),
        (
            f"/en{PAGE}?incident=ransomware",
            "Up to about 47 million yen in all. With the 100 Million Yen Plan, about 37 million yen stays with you",
        ),
        (
            f"{PAGE}?incident=infected_pc&devices=1&own_days=6&own_profit=0",
            "多ければ、合わせて約1,380万円。1億円プランなら約380万円が自社に残ります",
        ),
    ],
)
def test_the_heading_is_the_sentence_that_the_page_proves(
    client: Client, programme: Programme, address: str, sentence: str
) -> None:
    html = see(client, address)
    assert heading(html) == sentence
    assert f"<title>{sentence}｜Sonae 備え</title>" in html


def test_the_sentence_tells_a_limit_that_suffices_from_nothing_left() -> None:
    """The limits hold everything that the programme names, and the firm's own lost days still stay with it."""
    facts = shipped()
    short = replace(facts.incident("ransomware"), lines=("legal_advice",))
    sizes = {"devices": 1, "own_days": 3, "own_profit": 200_000}
    assert answer_incident(facts, product(), short, sizes).sentence == Text(
        "多ければ、合わせて約\u2060160万円。1億円プランの限度額に収まり、補償に含まれない約\u206060万円が自社に残ります",
        "Up to about 1.6 million yen in all. Within the limits of the 100 Million Yen Plan, "
        "but about ¥600,000 that no cover names stays with you",
    )


def test_the_three_examples_come_out_as_the_programme_would_pay_them(client: Client, programme: Programme) -> None:
    assert rows(see(client, EXAMPLES), "plans-paid") == [
        ["無料補償", "50万円", "対象外", "6,450万円"],
        ["1億円プラン", "5,000万円", "1,000万円", "500万円"],
        ["3億円プラン", "5,000万円", "1,500万円", "0円"],
        ["5億円プラン", "5,000万円", "1,500万円", "0円"],
    ]


def test_the_examples_are_the_scenarios_of_the_product(client: Client, programme: Programme) -> None:
    html = see(client, EXAMPLES)
    assert re.findall(r'name="example" value="(\w+)" checked', html) == [one.code for one in product().scenarios]
    shown = rows(html, "cost-lines")
    assert [(row[0], row[3]) for row in shown] == [
        ("1損害賠償", "5,000万円"),
        ("2データの復旧", "1,000万円"),
        ("3お詫び状の送付", "500万円"),
    ]
    for scenario in product().scenarios:
        assert f"{scenario.story.ja} [7]" in words(html)
    assert re.findall(r'<li id="source-(\d+)">', html) == ["7"]


def test_a_version_without_scenarios_offers_no_examples(
    client: Client, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shown, "current_product", replace(product(), scenarios=()))
    for address in (PAGE, EXAMPLES, f"{PAGE}?incident=ransomware"):
        html = see(client, address)
        assert 'id="examples"' not in html
        assert (heading(html) != "") == ("incident=" in address)


def test_one_example_alone_can_be_chosen_and_an_unknown_one_changes_nothing(
    client: Client, programme: Programme
) -> None:
    assert (
        heading(see(client, f"{PAGE}?example=claims&example=flood"))
        == "合わせて5,000万円。1億円プランの限度額に収まります"
    )
    assert heading(see(client, f"{PAGE}?example=flood")) == ""


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("code", INCIDENTS)
def test_every_incident_is_shown_with_the_sums_of_the_domain(
    client: Client, programme: Programme, code: str, language: str
) -> None:
    facts, now = shipped(), product()
    incident = facts.incident(code)
    lines = loss_lines(facts, incident, first_sizes(incident))
    html = see(client, f"{'/en' if language == 'en' else ''}{PAGE}", incident=code)
    most, least = (in_product_order((line.at(end) for line in lines), now) for end in ("high", "low"))
    for row, cover in zip(rows(html, "plans-paid"), covers_of(now), strict=True):
        high, low = draw(most, cover, now), draw(least, cover, now)
        assert row[0] == cover.name.in_language(language)
        assert row[1] == said(high.liability.paid_yen, language)
        if cover.cost_limit:
            assert row[2] == said(high.cost.paid_yen, language)
        assert row[3] == said(low.unpaid_yen, language)
        assert row[4].startswith(said(high.unpaid_yen, language))
    named = [pair for pair in zip(least, most, strict=True) if pair[0].cost_line]
    shown = rows(html, "cost-lines")
    assert [row[2:4] for row in shown] == [[said(low.yen, language), said(high.yen, language)] for low, high in named]
    assert [row[0][: len(str(place))] for place, row in enumerate(shown, 1)] == [
        str(place) for place in range(1, len(named) + 1)
    ]


@pytest.mark.parametrize("code", INCIDENTS)
def test_every_source_that_is_named_stands_at_the_end_and_no_other(
    client: Client, programme: Programme, code: str
) -> None:
    html = see(client, PAGE, incident=code)
    listed = re.findall(r'<li id="source-(\d+)">', html)
    named = set(re.findall(r"\[(\d+)\]", words(html[: html.index('aria-labelledby="sources"')])))
    assert set(listed) == named
    assert listed == sorted(listed, key=int)


def test_an_assumption_is_called_one(client: Client, programme: Programme) -> None:
    html = see(client, PAGE, incident="ransomware")
    assumed = {facts.name.ja for facts in shipped().figures if facts.mark == "assumed"}
    tagged = {row[0].lstrip("0123456789") for row in rows(html, "cost-lines") if "当サイトの仮定" in row[4]}
    assert tagged == {"パソコンの入れ直し", "システムの復旧", "再発を防ぐ対策"}
    assert tagged <= assumed
    assert "例示" in words(html)
    assert "内枠・支払割合・免責金額は公表されていません" in html


def test_what_the_programme_does_not_name_is_shown_and_never_counted_as_paid(
    client: Client, programme: Programme
) -> None:
    html = see(client, PAGE, incident="ransomware", devices="1", own_days="20", own_profit="50")
    own = words(html[html.index('<h3 id="not-named">') :])
    assert "自社が休んだ間の利益1,000万円この事故で自社に残る額に含めています" in own.replace(" ", "")
    assert "身代金この計算には入っていません" in own.replace(" ", "")
    assert "だまし取られたお金この計算には入っていません" in own.replace(" ", "")
    dearest = rows(html, "plans-paid")[-1]
    assert dearest[-1] == "1,000万円補償に含まれない損失だけ"


@pytest.mark.parametrize(
    ("typed", "people"),
    [
        *((text, "5,000人") for text in ("5000", "５，０００", "5千", "五千人", "0.5万", " 5,000 名 ", "5000 people")),
        ("1万", "10,000人"),
        ("１００万人", "1,000,000人"),
    ],
)
def test_counts_are_read_as_people_write_them(client: Client, programme: Programme, typed: str, people: str) -> None:
    assert f"情報が漏れた人数 {people}" in words(see(client, PAGE, incident="contractor_leak", people=typed))


@pytest.mark.parametrize("typed", ["50", "５０", "50万円", "500,000円", "50万"])
def test_sums_are_read_in_man_yen_and_echoed(client: Client, programme: Programme, typed: str) -> None:
    html = words(see(client, PAGE, incident="ransomware", own_profit=typed))
    assert "自社の1日の粗利 50万円" in html
    assert "＝ 500,000円（50万円）" in html


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "数を入れてください。"),
        ("   ", "数を入れてください。"),
        ("たくさん", "数として読めません。"),
        ("-5", "数として読めません。"),
        ("2.5", "数として読めません。"),
        ("5万円", "数として読めません。"),
        ("0", "1から1,000,000人までの数を入れてください。"),
        ("100万1", "1から1,000,000人までの数を入れてください。"),
        ("9" * 61, "長すぎて読めません。"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_is_kept(
    client: Client, programme: Programme, typed: str, message: str
) -> None:
    html = see(client, PAGE, incident="data_theft", people=typed, card_months="２")
    assert heading(html) == ""
    assert "1か所をご確認ください" in html
    assert message in html[html.index('id="id_people_error"') :]
    assert 'href="#id_people"' in html
    assert f'name="people" value="{typed.strip()}"' in html or not typed.strip()
    assert 'name="card_months" value="２"' in html
    assert re.search(r'value="data_theft" checked', html)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("100000", "0円から1億円までの額を入れてください。"),
        ("-1", "0円以上の金額を入れてください。"),
        ("高い", "「高い」は金額として読めません"),
    ],
)
def test_a_sum_that_can_not_be_is_said_in_words(client: Client, programme: Programme, typed: str, message: str) -> None:
    assert message in see(client, PAGE, incident="ransomware", own_profit=typed)


def test_english_errors_say_the_same(client: Client, programme: Programme) -> None:
    html = see(client, f"/en{PAGE}", incident="ransomware", devices="many", own_days="999", own_profit="")
    assert "3 things to check" in html
    for message in ("can't be read as a number", "Please enter 0 to 365 days.", "Please enter a number."):
        assert message in html


def test_an_incident_that_is_not_there_is_said_and_nothing_typed_gets_into_the_page(
    client: Client, programme: Programme
) -> None:
    bad = '"><svg/onload=alert(1)>'
    raw = client.get(PAGE, {"incident": bad, "people": bad, "of": bad, "example": bad}).content.decode()
    assert "一覧から事故を選んでください。" in raw
    assert "<svg/onload" not in raw
    typed = client.get(PAGE, {"incident": "data_theft", "people": bad}).content.decode()
    assert "<svg/onload" not in typed
    assert 'href="#id_incident_0"' in raw


def test_another_incident_begins_with_its_own_sizes(client: Client, programme: Programme) -> None:
    """The form carries which incident its sizes were typed for; a shared address needs no such mark."""
    switched = see(client, PAGE, incident="contractor_leak", of="misdirected_mail", people="77")
    assert 'name="people" value="5,000"' in switched
    assert 'name="people" value="77"' in see(
        client, PAGE, incident="contractor_leak", of="contractor_leak", people="77"
    )
    assert 'name="people" value="77"' in see(client, PAGE, incident="contractor_leak", people="77")


def test_a_part_of_the_page_carries_the_address_that_can_be_shared(client: Client, programme: Programme) -> None:
    typed = {"incident": "contractor_leak", "of": "contractor_leak", "people": "１万"}
    part = client.get(PAGE, typed, headers={"HX-Request": "true"})
    shared = part.headers["HX-Replace-Url"]
    assert parse_qsl(shared.partition("?")[2]) == [("incident", "contractor_leak"), ("people", "１万")]
    assert b"<html" not in part.content
    assert heading(see(client, shared)) == heading(unescape(part.content.decode()).replace("\u2060", ""))
    assert "HX-Request" in part.headers["Vary"]
    assert '<p data-hx-swap-oob="innerHTML:#incident-costs-status">多ければ' in part.content.decode()


def test_an_answer_is_not_for_search_engines_and_the_empty_page_is(client: Client, programme: Programme) -> None:
    assert 'content="noindex"' not in see(client, PAGE)
    assert 'content="noindex"' in see(client, PAGE, incident="ransomware")


def test_the_page_keeps_nothing_and_takes_nothing(client: Client, programme: Programme) -> None:
    assert client.post(PAGE, {"incident": "ransomware"}).status_code == 405
    assert "Set-Cookie" not in client.get(PAGE, {"incident": "ransomware"}).headers


@pytest.mark.parametrize(
    "query", ["incident=%00", "incident=ransomware&devices=%00%ff", urlencode({"people": "1" * 9_000})]
)
def test_strange_addresses_are_answered(client: Client, programme: Programme, query: str) -> None:
    assert client.get(f"{PAGE}?{query}").status_code == 200


def test_without_a_product_the_page_says_that_it_is_not_open_yet(client: Client, db: None) -> None:
    assert "ただいま準備中です" in see(client, PAGE)


def percents(text: str) -> float:
    return float(text.rstrip("%"))


@given(losses, st.sampled_from(["liability", "cost"]))
def test_the_pieces_of_a_vessel_are_what_is_paid_and_what_runs_over(lost: list[Loss], limit: str) -> None:
    now = product()
    coded = [replace(loss, code=f"{place}") for place, loss in enumerate(lost)]
    drawn = [draw(coded, cover, now) for cover in covers_of(now)]
    numbers = {loss.code: place for place, loss in enumerate(coded, 1)}
    picture = limit_picture(limit, drawn, 0, numbers)  # type: ignore[arg-type]
    high = sum(one.loss.yen for one in drawn[0].draws_on(limit))  # type: ignore[arg-type]
    if picture is None:
        assert high == 0
        return
    assert sum(len(vessel.names) for vessel in picture.vessels) == len(drawn)
    for vessel in picture.vessels:
        assert vessel.paid_yen + vessel.unpaid_yen == picture.high == high
        parts = (*vessel.paid, *vessel.over)
        assert sum(percents(part.width) for part in parts) == pytest.approx(100 * high / picture.scale, abs=0.1)
        assert all(0 <= percents(part.x) <= 100 for part in parts)
        assert (vessel.unpaid_yen > 0) == bool(vessel.over)


@given(st.integers(1, 10**13))
def test_the_scale_is_round_and_holds_the_loss(yen: int) -> None:
    scale = round_scale(yen)
    assert scale >= yen * 1.05 - 1
    assert scale <= max(100, yen * 2.2)
    assert re.fullmatch(r"[1235]0*", str(scale))
